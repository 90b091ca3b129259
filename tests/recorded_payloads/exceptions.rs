//! What the recordings lose, and why that is right.

use crate::values::{Exception, ReadAs};

pub(crate) const EXCEPTIONS: &[Exception] = &[
    Exception {
        subject: "sanitised-recordings/repositories/TestWorkspace1/testrepository1/branch-restrictions/17203842/PUT.1.json (request)",
        path: "branch",
        reason: "Branch restrictions have a `pattern` and no `branch`; the recording's own client asks it of a server that answers whatever it is sent.",
    },
    Exception {
        subject: "sanitised-recordings/repositories/TestWorkspace1/testrepository1/pullrequests/1/approve/POST.1.json (request)",
        path: "",
        reason: "The operation takes no body; the `approved` that this client sends is not read.",
    },
    Exception {
        subject: "sanitised-recordings/repositories/TestWorkspace1/testrepository1/pullrequests/1/decline/POST.1.json (request)",
        path: "",
        reason: "The operation takes no body; the `id` that this client sends is not read.",
    },
    Exception {
        subject: "sanitised-recordings/repositories/TestWorkspace1/testrepository1/pullrequests/1/request-changes/POST.1.json (request)",
        path: "",
        reason: "The operation takes no body; the `request-changes` that this client sends is not read.",
    },
    Exception {
        subject: "sanitised-recordings/repositories/TestWorkspace1/testrepository1/pullrequests/1/merge/POST.1.json (request)",
        path: "merge_strategy",
        reason: "No merge strategy says the same as null: the repository's own is taken.",
    },
];

/// Recordings that are of another type than their operation says.
pub(crate) const READ_AS: &[ReadAs] = &[
    ReadAs {
        subject: "documented-examples/PUT_repositories_workspace_repo_slug_deploy-keys_key_id.1.json",
        type_name: "DeployKey",
        reason: "Filed as a request, but the document prints it as the output of one.",
    },
    ReadAs {
        subject: "sanitised-recordings/repositories/TestWorkspace1/testrepository1/branch-restrictions/17203842/DELETE.1.json",
        type_name: "BranchRestriction",
        reason: "Bitbucket answers a deletion without a body; this recording gives back what was deleted.",
    },
    ReadAs {
        subject: "sanitised-recordings/repositories/TestWorkspace1/testrepository1/default-reviewers/DefaultReviewer1Uuid/DELETE.1.json",
        type_name: "Account",
        reason: "Bitbucket answers a deletion without a body; this recording gives back what was deleted.",
    },
    ReadAs {
        subject: "sanitised-recordings/repositories/TestWorkspace1/testrepository1/issues/3/DELETE.1.json",
        type_name: "Issue",
        reason: "Bitbucket answers a deletion without a body; this recording gives back what was deleted.",
    },
];
