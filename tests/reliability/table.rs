//! The table of docs/reliability.md, out of what was observed.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use bitbucket::ErrorKind;

use crate::{
    calls::{CALLS, Call, Delivered},
    faults::{FAULTS, Fault, Stage},
    trial::{Observed, Verdict},
};

const BEGIN: &str =
    "<!-- The table is written by the test `reliability`: see CONTRIBUTING.md. -->\n";
const END: &str = "<!-- The end of the table. -->\n";
/// Set to write the file rather than to compare it.
pub(crate) const REWRITE: &str = "REWRITE_RELIABILITY";

/// What was observed of one cell.
pub(crate) struct Cell {
    pub(crate) always: Observed,
    pub(crate) once: Option<Observed>,
}

/// By the numbers of fault and call.
pub(crate) type Cells = BTreeMap<(usize, usize), Cell>;

impl Cell {
    /// The cell, if a call that asks again comes to something once the fault has
    /// passed.
    pub(crate) fn healed(self) -> Result<Self, String> {
        match &self.once {
            Some(once) if once.verdict != Verdict::Delivered(Delivered::Exactly) => Err(format!(
                "asked again after a fault that has passed: {once:?}, and {:?} where it stays",
                self.always
            )),
            _ => Ok(self),
        }
    }

    /// Whether the request was sent again.
    fn is_repeated(&self) -> bool {
        self.once.is_some()
    }

    pub(crate) fn has_timed_out(&self) -> bool {
        let is_timeout = |observed: &Observed| {
            matches!(observed.verdict, Verdict::Failed(ErrorKind::Timeout, _))
        };
        is_timeout(&self.always) || self.once.as_ref().is_some_and(is_timeout)
    }

    fn words(&self) -> String {
        let end = match self.always.verdict {
            Verdict::Delivered(Delivered::Exactly) => return "ok".to_owned(),
            Verdict::Delivered(Delivered::AsItCame) => return "as it came".to_owned(),
            Verdict::Delivered(Delivered::Endless) => return "goes on".to_owned(),
            Verdict::Failed(ErrorKind::Status, Some(status)) => format!("{status}"),
            Verdict::Failed(kind, _) => format!("`{kind:?}`"),
        };
        if self.is_repeated() {
            format!("again, {end}")
        } else {
            end
        }
    }
}

fn render(cells: &Cells) -> String {
    let mut table = String::new();
    let mut group = "";
    for (row, fault) in FAULTS.iter().enumerate() {
        if fault.group != group {
            group = fault.group;
            let titles: Vec<_> = CALLS.iter().map(|call: &Call| call.title()).collect();
            let _ = writeln!(table, "\n| {group} | {} |", titles.join(" | "));
            let _ = writeln!(table, "|---|{}", "---|".repeat(titles.len()));
        }
        let words: Vec<_> = (0..CALLS.len())
            .map(|column| cells[&(row, column)].words())
            .collect();
        let _ = writeln!(table, "| {} | {} |", fault.name, words.join(" | "));
    }
    table + "\n"
}

/// Compares the page with what was observed, or writes it where that is asked for.
pub(crate) fn compare(cells: &Cells) -> Result<(), String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md");
    let page = std::fs::read_to_string(&path).map_err(|error| error.to_string())?;
    let (before, rest) = page.split_once(BEGIN).ok_or("the page has no table")?;
    let (written, after) = rest.split_once(END).ok_or("the table has no end")?;
    let observed = render(cells);
    if written == observed {
        return Ok(());
    }
    if std::env::var_os(REWRITE).is_some() {
        let page = [before, BEGIN, &observed, END, after].concat();
        return std::fs::write(&path, page).map_err(|error| error.to_string());
    }
    let mut difference = format!("docs/reliability.md is stale; {REWRITE}=1 writes it anew:\n");
    let known: Vec<_> = written.lines().collect();
    for line in observed.lines().filter(|line| !known.contains(line)) {
        let name = line.split(" | ").next().unwrap_or_default();
        let old = known.iter().find(|known| known.starts_with(name));
        let _ = writeln!(
            difference,
            "- {}\n+ {line}",
            old.unwrap_or(&"(no such row)")
        );
    }
    Err(difference)
}

/// Whether a fault that passes is to be tried, too.
pub(crate) fn is_to_heal(fault: &Fault, always: &Observed) -> bool {
    let failed = matches!(always.verdict, Verdict::Failed(..));
    let repeated = match fault.stage {
        // How often a closed port was tried, no server sees. Errors tell it, but
        // not of a token, which is worth a trial in any case.
        Stage::Refuse => always.attempts != 1,
        _ => always.struck > 1,
    };
    failed && repeated && !fault.redirects()
}
