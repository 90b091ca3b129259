//! The methods of every handle, by name: that they exist is checked when this
//! is compiled, and that none is missing where the names are compared with the
//! document's.

#![allow(deprecated, reason = "deprecated operations are on their handles too")]

use std::pin::Pin;

use bitbucket::{Error, handle};

/// A method's name, and a call of it with nothing but what the handle carries.
pub(crate) type Method = (
    &'static str,
    Pin<Box<dyn Future<Output = Result<(), Error>>>>,
);

macro_rules! methods {
    ($($maker:ident($handle:ident): $($method:ident)*;)*) => {$(
        pub(crate) fn $maker(handle: &handle::$handle) -> Vec<Method> {
            // Each in a function of its own: all the builders together are
            // more than the stack of a test holds.
            type Make = fn(&handle::$handle) -> Method;
            let all: &[Make] = &[$(|handle| {
                let builder = handle.$method();
                let sent = async move { builder.send().await.map(|_| ()) };
                (stringify!($method), Box::pin(sent))
            }),*];
            all.iter().map(|make| make(handle)).collect()
        }
    )*};
}

methods! {
    repository(Repository):
        add_repository_default_reviewer approve_commit approve_pull_request
        bulk_create_or_update_report_annotations create_branch create_branch_restriction
        create_commit_build_status create_commit_comment create_deployment_variable
        create_download create_environment create_issue create_issue_attachment
        create_issue_change create_issue_comment create_or_update_commit_report
        create_or_update_report_annotation create_pipeline create_pipeline_known_host
        create_pipeline_schedule create_pull_request create_pull_request_comment
        create_pull_request_task create_repository create_repository_deploy_key
        create_repository_pipeline_runner create_repository_pipeline_variable
        create_repository_webhook create_source_commit create_tag decline_pull_request
        delete_branch delete_branch_restriction delete_commit_comment delete_commit_property
        delete_commit_report delete_deployment_variable delete_download delete_environment
        delete_issue delete_issue_attachment delete_issue_comment delete_pipeline_cache
        delete_pipeline_caches delete_pipeline_known_host delete_pipeline_schedule
        delete_pipeline_ssh_key_pair delete_pull_request_comment delete_pull_request_property
        delete_pull_request_task delete_report_annotation delete_repository
        delete_repository_deploy_key delete_repository_group_permission
        delete_repository_pipeline_runner delete_repository_pipeline_variable
        delete_repository_property delete_repository_user_permission delete_repository_webhook
        delete_tag export_issues fork_repository get_branch get_branch_restriction get_commit
        get_commit_build_status get_commit_comment get_commit_property get_commit_report
        get_deployment get_diff get_diffstat get_download get_effective_branching_model
        get_environment get_issue get_issue_attachment get_issue_change get_issue_comment
        get_issue_component get_issue_export get_issue_import_status get_issue_milestone
        get_issue_version get_issue_vote get_issue_watch get_merge_base get_patch get_pipeline
        get_pipeline_cache_content_uri get_pipeline_config get_pipeline_container_log
        get_pipeline_known_host get_pipeline_schedule get_pipeline_ssh_key_pair
        get_pipeline_step get_pipeline_step_log get_pipeline_test_case_reasons
        get_pipeline_test_reports get_pull_request get_pull_request_comment
        get_pull_request_diff get_pull_request_diffstat get_pull_request_merge_task_status
        get_pull_request_patch get_pull_request_property get_pull_request_task
        get_report_annotation get_repository get_repository_branching_model
        get_repository_branching_model_settings get_repository_default_reviewer
        get_repository_deploy_key get_repository_group_permission
        get_repository_override_settings get_repository_pipeline_runner
        get_repository_pipeline_variable get_repository_property get_repository_user_permission
        get_repository_webhook get_source get_source_root get_tag import_issues
        list_branch_restrictions list_branches list_commit_comments list_commit_pull_requests
        list_commit_reports list_commit_statuses list_commits list_commits_at_revision
        list_deployment_variables list_deployments list_downloads
        list_effective_default_reviewers list_environments list_file_history
        list_issue_attachments list_issue_changes list_issue_comments list_issue_components
        list_issue_milestones list_issue_versions list_issues list_pipeline_caches
        list_pipeline_known_hosts list_pipeline_schedule_executions list_pipeline_schedules
        list_pipeline_steps list_pipeline_test_cases list_pipelines list_pull_request_activity
        list_pull_request_comments list_pull_request_commits list_pull_request_conflicts
        list_pull_request_statuses list_pull_request_tasks list_pull_requests list_refs
        list_report_annotations list_repository_default_reviewers list_repository_deploy_keys
        list_repository_forks list_repository_group_permissions
        list_repository_pipeline_runners list_repository_pipeline_variables
        list_repository_pull_request_activity list_repository_user_permissions
        list_repository_watchers list_repository_webhooks list_tags
        list_workspace_permissions_for_repository merge_pull_request query_commits
        query_commits_at_revision remove_repository_default_reviewer
        reopen_pull_request_comment request_pull_request_changes resolve_pull_request_comment
        stop_pipeline unapprove_commit unapprove_pull_request unrequest_pull_request_changes
        unvote_issue unwatch_issue update_branch_restriction update_commit_build_status
        update_commit_comment update_commit_property update_deployment_variable
        update_environment update_issue update_issue_comment update_pipeline_build_number
        update_pipeline_config update_pipeline_known_host update_pipeline_schedule
        update_pipeline_ssh_key_pair update_pull_request update_pull_request_comment
        update_pull_request_property update_pull_request_task update_repository
        update_repository_branching_model_settings update_repository_deploy_key
        update_repository_group_permission update_repository_override_settings
        update_repository_pipeline_runner update_repository_pipeline_variable
        update_repository_property update_repository_user_permission update_repository_webhook
        vote_issue watch_issue;

    pull_request(PullRequest):
        approve_pull_request create_pull_request_comment create_pull_request_task
        decline_pull_request delete_pull_request_comment delete_pull_request_task
        get_pull_request get_pull_request_comment get_pull_request_diff
        get_pull_request_diffstat get_pull_request_merge_task_status get_pull_request_patch
        get_pull_request_task list_pull_request_activity list_pull_request_comments
        list_pull_request_commits list_pull_request_conflicts list_pull_request_statuses
        list_pull_request_tasks merge_pull_request reopen_pull_request_comment
        request_pull_request_changes resolve_pull_request_comment unapprove_pull_request
        unrequest_pull_request_changes update_pull_request update_pull_request_comment
        update_pull_request_task;

    commit(Commit):
        approve_commit bulk_create_or_update_report_annotations create_commit_build_status
        create_commit_comment create_or_update_commit_report create_or_update_report_annotation
        delete_commit_comment delete_commit_property delete_commit_report
        delete_report_annotation get_commit get_commit_build_status get_commit_comment
        get_commit_property get_commit_report get_report_annotation list_commit_comments
        list_commit_pull_requests list_commit_reports list_commit_statuses
        list_report_annotations unapprove_commit update_commit_build_status
        update_commit_comment update_commit_property;

    pipeline(Pipeline):
        get_pipeline get_pipeline_container_log get_pipeline_step get_pipeline_step_log
        get_pipeline_test_case_reasons get_pipeline_test_reports list_pipeline_steps
        list_pipeline_test_cases stop_pipeline;

    issue(Issue):
        create_issue_attachment create_issue_change create_issue_comment delete_issue
        delete_issue_attachment delete_issue_comment get_issue get_issue_attachment
        get_issue_change get_issue_comment get_issue_vote get_issue_watch list_issue_attachments
        list_issue_changes list_issue_comments unvote_issue unwatch_issue update_issue
        update_issue_comment vote_issue watch_issue;

    workspace(Workspace):
        add_project_default_reviewer create_project create_project_deploy_key
        create_workspace_pipeline_runner create_workspace_pipeline_variable
        create_workspace_snippet create_workspace_webhook delete_project
        delete_project_deploy_key delete_project_group_permission
        delete_project_user_permission delete_workspace_pipeline_runner
        delete_workspace_pipeline_variable delete_workspace_webhook
        get_current_user_workspace_permission get_pipeline_oidc_configuration
        get_pipeline_oidc_keys get_project get_project_branching_model
        get_project_branching_model_settings get_project_default_reviewer
        get_project_deploy_key get_project_group_permission get_project_user_permission
        get_workspace get_workspace_gpg_public_key get_workspace_member
        get_workspace_pipeline_runner get_workspace_pipeline_variable get_workspace_webhook
        list_current_user_workspace_repo_permissions list_project_default_reviewers
        list_project_deploy_keys list_project_group_permissions list_project_user_permissions
        list_projects list_repositories list_workspace_members list_workspace_permissions
        list_workspace_permissions_for_repository list_workspace_pipeline_runners
        list_workspace_pipeline_variables list_workspace_repository_permissions
        list_workspace_snippets list_workspace_user_pull_requests list_workspace_webhooks
        remove_project_default_reviewer search_workspace_code update_project
        update_project_branching_model_settings update_project_group_permission
        update_project_user_permission update_workspace_pipeline_runner
        update_workspace_pipeline_variable update_workspace_webhook;

    project(Project):
        add_project_default_reviewer create_project_deploy_key delete_project
        delete_project_deploy_key delete_project_group_permission
        delete_project_user_permission get_project get_project_branching_model
        get_project_branching_model_settings get_project_default_reviewer
        get_project_deploy_key get_project_group_permission get_project_user_permission
        list_project_default_reviewers list_project_deploy_keys list_project_group_permissions
        list_project_user_permissions remove_project_default_reviewer update_project
        update_project_branching_model_settings update_project_group_permission
        update_project_user_permission;

    snippet(Snippet):
        create_snippet_comment delete_snippet delete_snippet_comment delete_snippet_revision
        get_snippet get_snippet_comment get_snippet_commit get_snippet_diff get_snippet_file
        get_snippet_patch get_snippet_revision get_snippet_revision_file get_snippet_watch
        list_snippet_comments list_snippet_commits list_snippet_watchers unwatch_snippet
        update_snippet update_snippet_comment update_snippet_revision watch_snippet;

    user(User):
        create_user_gpg_key create_user_pipeline_variable create_user_ssh_key
        delete_user_gpg_key delete_user_pipeline_variable delete_user_property
        delete_user_ssh_key get_user get_user_gpg_key get_user_pipeline_variable
        get_user_property get_user_ssh_key list_user_gpg_keys list_user_pipeline_variables
        list_user_ssh_keys search_user_code update_user_pipeline_variable update_user_property
        update_user_ssh_key;
}
