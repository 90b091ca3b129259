//! One fault at one call: what the client makes of it, and what is left over.

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use bitbucket::{Client, ErrorKind, RetryPolicy};
use tokio::runtime::Handle;

use crate::{
    calls::{Call, Delivered, Ended, content},
    fault_server::{Act, FaultServer, Reading, Received, Script},
    faults::{Fault, Stage},
};

/// Far more than any trial needs: it is there so that a hang is a failure.
const HANG: Duration = Duration::from_secs(60);
/// More than the machine ever is late, so that only silence is silence.
const READ_TIMEOUT: Duration = Duration::from_secs(4);
const MOMENT: Duration = Duration::from_millis(5);
const MAX_RESPONSE_SIZE: u64 = 1 << 20;

/// Whether a fault passes or stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strikes {
    Once,
    Always,
}

/// One cell of the table, tried in one way.
#[derive(Clone, Copy)]
pub(crate) struct Trial {
    pub(crate) fault: &'static Fault,
    pub(crate) call: Call,
    pub(crate) strikes: Strikes,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Delivered(Delivered),
    Failed(ErrorKind, Option<u16>),
}

#[derive(Debug)]
pub(crate) struct Observed {
    pub(crate) verdict: Verdict,
    /// How often the fault struck.
    pub(crate) struck: usize,
    /// How often an error says that the request was sent; 0 if there is none.
    pub(crate) attempts: u32,
}

/// The server's part: a sound answer to everything but to what the fault befalls.
struct Part {
    trial: Trial,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    answered: usize,
    struck: usize,
}

impl Part {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nothing panics with it")
    }

    /// Whether the fault befalls what comes next on a connection.
    fn is_next(&self, state: &State) -> bool {
        state.answered == self.trial.call.prelude() && self.strikes(state)
    }

    fn strikes(&self, state: &State) -> bool {
        self.trial.strikes == Strikes::Always || state.struck == 0
    }

    fn befalls_connections(&self) -> bool {
        !matches!(self.trial.fault.stage, Stage::Answer(_))
    }
}

impl Script for Part {
    fn reading(&self) -> Reading {
        let reading = match self.trial.fault.stage {
            Stage::ResetAtOnce => Reading::None,
            Stage::ResetWithin => Reading::Part,
            Stage::Refuse | Stage::Answer(_) => return Reading::Whole,
        };
        let mut state = self.state();
        if !self.is_next(&state) {
            return Reading::Whole;
        }
        state.struck += 1;
        reading
    }

    fn refuses(&self) -> bool {
        matches!(self.trial.fault.stage, Stage::Refuse) && self.is_next(&self.state())
    }

    fn refused(&self) {
        self.state().struck += 1;
    }

    fn answer(&self, request: &Received) -> Vec<Act> {
        let Trial { fault, call, .. } = self.trial;
        let mut state = self.state();
        state.answered += 1;
        let normal = call.answer(request);
        if let Stage::Answer(answer) = fault.stage
            && call.is_target(request)
            && self.strikes(&state)
        {
            state.struck += 1;
            return answer(&normal, request, state.struck - 1);
        }
        if self.befalls_connections() && state.answered == call.prelude() {
            // What comes next is to come by another connection.
            let last = normal.with("Connection", "close");
            return vec![Act::Send(last.bytes()), Act::Close];
        }
        vec![Act::Send(normal.bytes())]
    }
}

impl Trial {
    /// Makes the call in a runtime of its own, whose tasks are the client's alone.
    pub(crate) fn run(self, servers: &Handle, file: &Path) -> Result<Observed, String> {
        let part = Arc::new(Part {
            trial: self,
            state: Mutex::default(),
        });
        let server = FaultServer::start(servers, Arc::clone(&part) as Arc<dyn Script>);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| error.to_string())?;
        let ended = runtime.block_on(async {
            let client = self.client(&server);
            let call = self.call.run(&client, file);
            let ended = tokio::time::timeout(HANG, call).await;
            drop(client);
            let ended = ended.map_err(|_| "it hangs".to_owned())?;
            nothing_is_left(&server).await?;
            Ok::<_, String>(ended)
        })?;
        self.check_error(&ended, &server)?;
        self.check_requests(&ended, &server.received())?;
        if let Some(fault) = ended.fault {
            return Err(fault);
        }
        let (verdict, attempts) = match ended.result {
            Ok(delivered) => (Verdict::Delivered(delivered), 0),
            Err(error) => {
                let status = error.status().map(|status| status.as_u16());
                (Verdict::Failed(error.kind(), status), error.attempts())
            }
        };
        let struck = part.state().struck;
        Ok(Observed {
            verdict,
            struck,
            attempts,
        })
    }

    fn client(&self, server: &FaultServer) -> Client {
        let is_refused = matches!(self.fault.stage, Stage::Refuse);
        // A port is closed for a while, and not for a number of attempts.
        let retries = if is_refused && self.strikes == Strikes::Once {
            10_000
        } else {
            1
        };
        let policy = RetryPolicy::new()
            .max_retries(retries)
            .first_delay(MOMENT)
            .max_delay(MOMENT)
            .max_retry_after(MOMENT);
        Client::builder()
            .base_url(format!("{}/2.0", server.origin()))
            .auth(self.call.auth(&server.origin()))
            .retry(policy)
            .retry_budget(None)
            .connect_timeout(READ_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .timeout(self.fault.endless.then_some(READ_TIMEOUT))
            .max_response_size(MAX_RESPONSE_SIZE)
            .no_proxy()
            .build()
            .expect("the settings are sound")
    }

    /// The error tells what it should, and nothing else.
    fn check_error(&self, ended: &Ended, server: &FaultServer) -> Result<(), String> {
        let Err(error) = &ended.result else {
            return Ok(());
        };
        let shown = format!("{error} {error:?}");
        if ["s3cret", "r3fresh", "t0ken"]
            .iter()
            .any(|secret| shown.contains(secret))
        {
            return Err(format!("a secret is shown: {shown}"));
        }
        if error.to_string().lines().count() != 1 || error.operation().is_none() {
            return Err(format!("not one line with the operation: {shown}"));
        }
        let attempts = usize::try_from(error.attempts()).unwrap_or(usize::MAX);
        let received = server.received();
        let seen = received
            .iter()
            .filter(|request| self.call.is_target(request));
        let expected = match self.fault.stage {
            _ if self.call.fetches_token() => 0,
            // Of these nothing is seen.
            Stage::Refuse => attempts,
            Stage::ResetAtOnce | Stage::ResetWithin => server.accepted() - self.call.prelude(),
            Stage::Answer(_) => seen.count(),
        };
        if attempts != expected {
            return Err(format!("{attempts} attempts, {expected} requests"));
        }
        Ok(())
    }

    /// Nothing is asked for twice that may be asked for once, and what arrives
    /// arrives whole.
    fn check_requests(&self, ended: &Ended, received: &[Received]) -> Result<(), String> {
        let call = self.call;
        let is_target = |request: &&Received| call.is_target(request);
        let others: Vec<_> = received.iter().filter(|one| !is_target(one)).collect();
        for (index, one) in others.iter().enumerate() {
            if others[..index]
                .iter()
                .any(|other| other.target == one.target)
            {
                return Err(format!("{} was asked for twice", one.target));
            }
        }
        let targets: Vec<_> = received.iter().filter(is_target).collect();
        if call.is_once() && targets.len() > 1 && !self.fault.refuses && !self.fault.redirects() {
            return Err(format!("sent {} times", targets.len()));
        }
        if ended.result.is_ok() && targets.is_empty() {
            return Err("a success without a request".to_owned());
        }
        if targets.iter().any(|target| target.body != targets[0].body) {
            return Err("the body is another one each time".to_owned());
        }
        if call.uploads() {
            let content = content();
            for target in &targets {
                let places = target.body.windows(content.len());
                if places.filter(|place| *place == content).count() != 1 {
                    return Err("the content did not arrive whole and once".to_owned());
                }
            }
        }
        Ok(())
    }
}

/// Waits until the connections are closed and the client's tasks have ended.
async fn nothing_is_left(server: &FaultServer) -> Result<(), String> {
    let metrics = Handle::current().metrics();
    let settled = async {
        while metrics.num_alive_tasks() > 0 || server.connections() > 0 {
            tokio::time::sleep(MOMENT).await;
        }
    };
    tokio::time::timeout(HANG, settled).await.map_err(|_| {
        let tasks = metrics.num_alive_tasks();
        format!(
            "{tasks} tasks and {} connections are left",
            server.connections()
        )
    })
}
