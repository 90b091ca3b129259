//! Handles: values that carry the beginning of a path, so that nobody repeats
//! workspace and repository at every call.

use heck::{ToPascalCase as _, ToSnakeCase as _};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Ident;

use crate::{
    document::{Operation, Parameter},
    product::Product,
};

/// One kind of handle.
pub(crate) struct Handle {
    /// Name of the type and, in snake case, of the method that makes one.
    name: &'static str,
    /// The handle that makes this one; the client where there is none.
    parent: Option<&'static str>,
    /// What its methods' paths begin with.
    prefix: &'static str,
    /// Paths that belong here although they begin differently.
    also: &'static [&'static str],
    what: &'static str,
}

/// The handles of Bitbucket Cloud.
pub(crate) const CLOUD: &[Handle] = &[
    Handle {
        name: "Repository",
        parent: None,
        prefix: "/repositories/{workspace}/{repo_slug}",
        also: &["/workspaces/{workspace}/permissions/repositories/{repo_slug}"],
        what: "One repository.",
    },
    Handle {
        name: "PullRequest",
        parent: Some("Repository"),
        prefix: "/repositories/{workspace}/{repo_slug}/pullrequests/{pull_request_id}",
        also: &[],
        what: "One pull request of a repository, by its number.",
    },
    Handle {
        name: "Commit",
        parent: Some("Repository"),
        prefix: "/repositories/{workspace}/{repo_slug}/commit/{commit}",
        also: &[],
        what: "One commit of a repository, by its hash.",
    },
    Handle {
        name: "Pipeline",
        parent: Some("Repository"),
        prefix: "/repositories/{workspace}/{repo_slug}/pipelines/{pipeline_uuid}",
        also: &[],
        what: "One run of a repository's pipeline, by its UUID.",
    },
    Handle {
        name: "Issue",
        parent: Some("Repository"),
        prefix: "/repositories/{workspace}/{repo_slug}/issues/{issue_id}",
        also: &[],
        what: "One issue of a repository's tracker, by its number.",
    },
    Handle {
        name: "Workspace",
        parent: None,
        prefix: "/workspaces/{workspace}",
        also: &[
            "/repositories/{workspace}",
            "/snippets/{workspace}",
            "/user/workspaces/{workspace}/permission",
            "/user/workspaces/{workspace}/permissions/repositories",
        ],
        what: "One workspace.",
    },
    Handle {
        name: "Project",
        parent: Some("Workspace"),
        prefix: "/workspaces/{workspace}/projects/{project_key}",
        also: &[],
        what: "One project of a workspace, by its key.",
    },
    Handle {
        name: "Snippet",
        parent: Some("Workspace"),
        prefix: "/snippets/{workspace}/{encoded_id}",
        also: &[],
        what: "One snippet of a workspace, by its id.",
    },
    Handle {
        name: "User",
        parent: None,
        prefix: "/users/{selected_user}",
        also: &[],
        what: "One user, by account id or UUID.",
    },
];

/// The handles of Bitbucket Data Center. Their prefixes are what follows the
/// name and the version of an API: `/insights/latest` and all others have paths
/// of the same shape.
pub(crate) const DATA_CENTER: &[Handle] = &[
    Handle {
        name: "Project",
        parent: None,
        prefix: "/projects/{projectKey}",
        also: &[],
        what: "One project, by its key.",
    },
    Handle {
        name: "Repository",
        parent: None,
        prefix: "/projects/{projectKey}/repos/{repositorySlug}",
        also: &[],
        what: "One repository, by the key of its project and its slug.",
    },
    Handle {
        name: "PullRequest",
        parent: Some("Repository"),
        prefix: "/projects/{projectKey}/repos/{repositorySlug}/pull-requests/{pullRequestId}",
        also: &[],
        what: "One pull request of a repository, by its number.",
    },
    Handle {
        name: "Commit",
        parent: Some("Repository"),
        prefix: "/projects/{projectKey}/repos/{repositorySlug}/commits/{commitId}",
        also: &[],
        what: "One commit of a repository, by its hash.",
    },
    Handle {
        name: "User",
        parent: None,
        prefix: "/users/{userSlug}",
        also: &[],
        what: "One user, by slug.",
    },
];

/// The module of the handles and the methods that make them.
pub(crate) fn emit(product: &Product, operations: &[Operation]) -> TokenStream {
    if product.handles().is_empty() {
        return TokenStream::new();
    }
    let client = product.client();
    let mut handles = TokenStream::new();
    let mut makers = TokenStream::new();
    for handle in product.handles() {
        let own: Vec<&Operation> = operations
            .iter()
            .filter(|operation| handle.covers(&operation.path))
            .collect();
        if own.is_empty() {
            continue;
        }
        handles.extend(handle.declaration(product, &own));
        match handle.parent(product) {
            None => makers.extend(handle.client_method(&own)),
            Some(parent) => handles.extend(handle.parent_method(parent, &own)),
        }
    }
    quote! {
        /// Handles: values that carry the beginning of a path.
        ///
        /// Each has the methods of the client whose paths begin with its own,
        /// under the same names and with those parameters filled in.
        pub mod handle {
            #[allow(unused_imports)]
            use super::builder;

            #handles
        }

        /// Handles for what is used at every call.
        impl #client {
            #makers
        }
    }
}

impl Handle {
    fn parent(&self, product: &Product) -> Option<&'static Handle> {
        let parent = self.parent?;
        product
            .handles()
            .iter()
            .find(|handle| handle.name == parent)
    }

    fn covers(&self, path: &str) -> bool {
        let below_version = path.split_once("/latest").map_or(path, |(_, rest)| rest);
        self.also.contains(&path)
            || below_version
                .strip_prefix(self.prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '.']))
    }

    /// Parameters in the handle's prefix.
    fn parameters(&self) -> impl Iterator<Item = &'static str> {
        self.prefix
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }

    fn ident(&self) -> Ident {
        format_ident!("{}", self.name.to_pascal_case())
    }

    fn maker(&self) -> Ident {
        format_ident!("{}", self.name.to_snake_case())
    }

    fn is_integer(name: &str, own: &[&Operation]) -> bool {
        own.iter()
            .flat_map(|operation| operation.path_parameters())
            .any(|parameter: &Parameter| parameter.name == name && parameter.integer)
    }

    fn declaration(&self, product: &Product, own: &[&Operation]) -> TokenStream {
        let client = product.client();
        let ident = self.ident();
        let what = self.what;
        let paths = format!(
            "Carries the beginning of the paths under `{}`.",
            self.prefix
        );
        let fields = self.parameters().map(|name| {
            let field = format_ident!("{}", name.to_snake_case());
            if Self::is_integer(name, own) {
                quote!(pub(crate) #field: i64)
            } else {
                quote!(pub(crate) #field: ::std::string::String)
            }
        });
        let methods = own
            .iter()
            .map(|operation| self.method(product, operation, own));
        quote! {
            #[doc = #what]
            ///
            #[doc = #paths]
            #[derive(Clone, Debug)]
            pub struct #ident {
                pub(crate) client: #client,
                #(#fields),*
            }

            impl #ident {
                #(#methods)*
            }
        }
    }

    fn method(&self, product: &Product, operation: &Operation, own: &[&Operation]) -> TokenStream {
        let client = product.client().to_string().replace(' ', "");
        let method = format_ident!("{}", operation.id);
        let builder = format_ident!("{}", operation.builder());
        let summary = operation.summary.as_deref().unwrap_or(&operation.id);
        let text = format!(
            "{} — [`Client::{}`]({client}::{}) with what this handle carries.",
            summary.trim_end_matches('.'),
            operation.id,
            operation.id
        );
        let filled = operation.path_parameters().filter_map(|parameter| {
            let field = self.parameters().find(|name| *name == parameter.name)?;
            let setter = format_ident!("{}", parameter.ident());
            let field_ident = format_ident!("{}", field.to_snake_case());
            Some(if Self::is_integer(field, own) {
                quote!(.#setter(self.#field_ident))
            } else {
                quote!(.#setter(self.#field_ident.as_str()))
            })
        });
        let deprecated = crate::availability::attribute(operation);
        quote! {
            #[doc = #text]
            #deprecated
            #[allow(deprecated)]
            pub fn #method(&self) -> builder::#builder {
                self.client.#method() #(#filled)*
            }
        }
    }

    fn client_method(&self, own: &[&Operation]) -> TokenStream {
        self.make(own, &[], &quote!(self.clone()), &quote!(handle::))
    }

    fn parent_method(&self, parent: &Handle, own: &[&Operation]) -> TokenStream {
        let ident = parent.ident();
        let inherited: Vec<&str> = parent.parameters().collect();
        let maker = self.make(own, &inherited, &quote!(self.client.clone()), &quote!());
        quote!(impl #ident { #maker })
    }

    fn make(
        &self,
        own: &[&Operation],
        inherited: &[&str],
        client: &TokenStream,
        module: &TokenStream,
    ) -> TokenStream {
        let ident = self.ident();
        let maker = self.maker();
        let what = format!("{} Sends nothing.", self.what);
        let mut arguments = Vec::new();
        let mut fields = Vec::new();
        for name in self.parameters() {
            let field = format_ident!("{}", name.to_snake_case());
            if inherited.contains(&name) {
                fields.push(quote!(#field: self.#field.clone()));
            } else if Self::is_integer(name, own) {
                arguments.push(quote!(#field: i64));
                fields.push(quote!(#field));
            } else {
                arguments.push(quote!(#field: impl ::std::convert::Into<::std::string::String>));
                fields.push(quote!(#field: #field.into()));
            }
        }
        quote! {
            #[doc = #what]
            pub fn #maker(&self, #(#arguments),*) -> #module #ident {
                #module #ident { client: #client, #(#fields),* }
            }
        }
    }
}
