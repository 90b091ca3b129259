//! What a pipeline did and how long it took, as OpenTelemetry spans.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::payload::{Payload, payload};
use crate::open_enum::open_enum;

payload! {
    /// Payload of `pipeline:span_created`: a trace in OpenTelemetry's JSON, as
    /// collectors take it.
    ///
    /// ```
    /// use bitbucket::webhooks::{PipelineSpanName, PipelineSpans};
    ///
    /// fn result(spans: &PipelineSpans) -> Option<&str> {
    ///     let mut runs = spans.spans().filter(|span| span.name == Some(PipelineSpanName::PipelineRun));
    ///     runs.find_map(|run| run.attribute("pipeline.state.result.name")?.as_str())
    /// }
    /// ```
    pub struct PipelineSpans {
        /// The spans by where they come from.
        #[serde(deserialize_with = "crate::tolerant::list")]
        pub resource_spans: Vec<ResourceSpans> = "resourceSpans",
    }
}

impl Payload for PipelineSpans {}

impl PipelineSpans {
    /// All spans.
    pub fn spans(&self) -> impl Iterator<Item = &PipelineSpan> {
        let resources = self.resource_spans.iter().flatten();
        let scopes = resources.flat_map(|resource| resource.scope_spans.iter().flatten());
        scopes.flat_map(|scope| scope.spans.iter().flatten())
    }
}

payload! {
    /// The spans of one resource.
    pub struct ResourceSpans {
        /// The resource.
        pub resource: Resource = "resource",
        /// Its spans by what recorded them.
        #[serde(deserialize_with = "crate::tolerant::list")]
        pub scope_spans: Vec<ScopeSpans> = "scopeSpans",
    }
}

payload! {
    /// What spans come from.
    pub struct Resource {
        /// What is known of it.
        #[serde(deserialize_with = "crate::tolerant::list")]
        pub attributes: Vec<Attribute> = "attributes",
    }
}

payload! {
    /// The spans that one part of Bitbucket recorded.
    pub struct ScopeSpans {
        /// What recorded them.
        pub scope: InstrumentationScope = "scope",
        /// The spans.
        #[serde(deserialize_with = "crate::tolerant::list")]
        pub spans: Vec<PipelineSpan> = "spans",
    }
}

payload! {
    /// What recorded spans.
    pub struct InstrumentationScope {
        /// Its name.
        pub name: String = "name",
        /// Its version.
        pub version: String = "version",
    }
}

payload! {
    /// One run of a pipeline, a step, a command or a container.
    pub struct PipelineSpan {
        /// What it is.
        pub name: PipelineSpanName = "name",
        /// The trace, which is the same for all that belongs to a run.
        pub trace_id: String = "traceId",
        /// The span.
        pub span_id: String = "spanId",
        /// The span that it is a part of.
        pub parent_span_id: String = "parentSpanId",
        /// When it began.
        pub start_time: UnixNanoseconds = "startTimeUnixNano",
        /// When it ended.
        pub end_time: UnixNanoseconds = "endTimeUnixNano",
        /// What is known of it, such as `pipeline_run.uuid`,
        /// `pipeline.target.ref_name` or `step.duration_in_seconds`.
        #[serde(deserialize_with = "crate::tolerant::list")]
        pub attributes: Vec<Attribute> = "attributes",
    }
}

impl PipelineSpan {
    /// The attribute of this name.
    pub fn attribute(&self, key: &str) -> Option<&AttributeValue> {
        let mut attributes = self.attributes.iter().flatten();
        let attribute = attributes.find(|attribute| attribute.key.as_deref() == Some(key))?;
        attribute.value.as_ref()
    }
}

open_enum! {
    /// What a span is of.
    pub enum PipelineSpanName {
        PipelineRun = "bbc.pipeline_run",
        Step = "bbc.step",
        Command = "bbc.command",
        Container = "bbc.container",
    }
}

payload! {
    /// Something known of a span.
    pub struct Attribute {
        /// Its name.
        pub key: String = "key",
        /// Its value.
        pub value: AttributeValue = "value",
    }
}

/// The value of an attribute, in OpenTelemetry's JSON: an object whose one key
/// is the kind of the value, such as `{"stringValue": "main"}`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct AttributeValue(Value);

impl AttributeValue {
    /// The value, if it is a text.
    pub fn as_str(&self) -> Option<&str> {
        self.0.get("stringValue")?.as_str()
    }

    /// The value, if it is a whole number. Numbers of 64 bits are written as
    /// texts.
    pub fn as_i64(&self) -> Option<i64> {
        integer(self.0.get("intValue")?)
    }

    /// The value, if it is a number with a fraction.
    pub fn as_f64(&self) -> Option<f64> {
        self.0.get("doubleValue")?.as_f64()
    }

    /// The value, if it is true or false.
    pub fn as_bool(&self) -> Option<bool> {
        self.0.get("boolValue")?.as_bool()
    }

    /// The value as it is written, of whatever kind it is.
    pub fn as_json(&self) -> &Value {
        &self.0
    }
}

/// A point in time, as nanoseconds since 1970. It is written as it was read:
/// OpenTelemetry writes the number as a text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct UnixNanoseconds(Value);

impl UnixNanoseconds {
    /// The nanoseconds since 1970, if that is what was written.
    pub fn nanoseconds(&self) -> Option<i64> {
        integer(&self.0)
    }

    /// The point in time, if that is what was written.
    ///
    /// ```
    /// use bitbucket::webhooks::UnixNanoseconds;
    ///
    /// let time: UnixNanoseconds = serde_json::from_str(r#""1705312200000000000""#).unwrap();
    /// assert_eq!(time.date_time().unwrap().to_rfc3339(), "2024-01-15T09:50:00+00:00");
    /// ```
    pub fn date_time(&self) -> Option<DateTime<Utc>> {
        self.nanoseconds().map(DateTime::from_timestamp_nanos)
    }
}

fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
