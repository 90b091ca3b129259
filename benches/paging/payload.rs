//! The pages that the server hands out.

#[path = "../../examples/tour/pull_request.rs"]
mod pull_request;

use bytes::Bytes;
use serde_json::{Value, json};

use pull_request::PullRequest;

/// How many pull requests a page has.
pub(crate) const PAGE_LENGTH: usize = 100;
/// The path of the list.
pub(crate) const PATH: &str = "/repositories/acme-corporation/web-frontend/pullrequests";

const AUTHORS: [&str; 5] = [
    "Ada Marsh",
    "Bo Lind",
    "Chi Okoro",
    "Dee Vance",
    "Kim Visitor",
];
const SENTENCES: [&str; 6] = [
    "The basket kept the old price when a voucher was removed in another window.",
    "It now asks the server again, and says so, instead of trusting what it has.",
    "To try it: open two windows, add a voucher in one and take it away in the other.",
    "The \"retry\" button and the *spinner* are the design system's, version 14.2.",
    "There is a feature flag, `basket-refresh`, which is off until the release in May.",
    "Größe und Gewicht bleiben, wie sie sind; see WEB-4711 for why that is so.",
];

/// Every page of the list, ready to be sent.
pub(crate) fn pages(base_url: &str, count: usize) -> Vec<Bytes> {
    let last = count.div_ceil(PAGE_LENGTH);
    (1..=last)
        .map(|number| {
            let first = (number - 1) * PAGE_LENGTH + 1;
            let values: Vec<Value> = (first..=count.min(number * PAGE_LENGTH))
                .map(pull_request)
                .collect();
            let mut page = json!({
                "size": count, "page": number, "pagelen": PAGE_LENGTH, "values": values,
            });
            if number < last {
                let query = format!("pagelen={PAGE_LENGTH}&state=OPEN&page={}", number + 1);
                page["next"] = json!(format!("{base_url}{PATH}?{query}"));
            }
            Bytes::from(page.to_string())
        })
        .collect()
}

fn pull_request(id: usize) -> Value {
    let paragraphs: Vec<&str> = (0..3 + id % 4)
        .map(|index| SENTENCES[(id + index) % SENTENCES.len()])
        .collect();
    PullRequest {
        api: "https://api.bitbucket.org/2.0",
        repository: "acme-corporation/web-frontend",
        id,
        title: &format!(
            "WEB-{}: ask for the price again when a voucher goes",
            4000 + id
        ),
        description: &paragraphs.join("\n\n"),
        state: "OPEN",
        author: AUTHORS[id % AUTHORS.len()],
        branch: &format!("feature/WEB-{}-voucher-price", 4000 + id),
        comment_count: id % 17,
    }
    .listed()
}
