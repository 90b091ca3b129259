//! Deliveries to a webhook: signatures, events and their payloads.

mod values;

#[path = "webhooks/deliveries.rs"]
mod deliveries;
#[path = "schemas/edits.rs"]
mod edits;
#[path = "webhooks/events.rs"]
mod events;
#[path = "webhooks/over_http.rs"]
mod over_http;
#[path = "webhooks/payloads.rs"]
mod payloads;
#[path = "webhooks/samples.rs"]
mod samples;
#[path = "webhooks/signatures.rs"]
mod signatures;
#[path = "webhooks/tolerance.rs"]
mod tolerance;
