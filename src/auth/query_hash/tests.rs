use http::Method;
use url::Url;

use super::{canonical_request, query_hash};

fn canonical(method: &str, url: &str, context_path: &str) -> String {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    canonical_request(&method, &Url::parse(url).unwrap(), context_path)
}

/// The examples of Atlassian's pages "Query string hash" (Bitbucket) and
/// "Understanding JWT" (Connect).
#[test]
fn canonical_requests_are_those_of_atlassians_examples() {
    for (method, request, expected) in [
        ("GET", "/?param=foo", "GET&/&param=foo"),
        ("POST", "/user", "POST&/user&"),
        ("get", "/", "GET&/&"),
        ("Get", "", "GET&/&"),
        (
            "GET",
            "/some/path/?param=value",
            "GET&/some/path&param=value",
        ),
        (
            "GET",
            "/path/to/service?zee_last=param&repeated=parameter 1&first=param&repeated=parameter 2",
            "GET&/path/to/service&first=param&repeated=parameter%201,parameter%202&zee_last=param",
        ),
        ("GET", "/something?jwt=ABC.DEF.GHI", "GET&/something&"),
        (
            "GET",
            "/something?some+spaces+in+this+parameter=yes",
            "GET&/something&some%20spaces%20in%20this%20parameter=yes",
        ),
        (
            "GET",
            "/something?connect*=yes",
            "GET&/something&connect%2A=yes",
        ),
        (
            "GET",
            "/something?param=connect*",
            "GET&/something&param=connect%2A",
        ),
        (
            "GET",
            "/something?director=%e5%ae%ae%e5%b4%8e%20%e9%a7%bf",
            "GET&/something&director=%E5%AE%AE%E5%B4%8E%20%E9%A7%BF",
        ),
        (
            "GET",
            "/something?a10=1&a1=2&b1=3&b10=4",
            "GET&/something&a1=2&a10=1&b1=3&b10=4",
        ),
        (
            "GET",
            "/something?tuples=1%2C2%2C3&tuples=6%2C5%2C4&tuples=7%2C9%2C8",
            "GET&/something&tuples=1%2C2%2C3,6%2C5%2C4,7%2C9%2C8",
        ),
        (
            "GET",
            "/something?ids=-1&ids=1&ids=20&ids=2&ids=10",
            "GET&/something&ids=-1,1,10,2,20",
        ),
        (
            "GET",
            "/something?a=1&A=2&b=3&B=4",
            "GET&/something&A=2&B=4&a=1&b=3",
        ),
        ("GET", "/a&b?c=~", "GET&/a%26b&c=~"),
        ("GET", "/something?none", "GET&/something&none="),
    ] {
        let url = format!("https://example.com{request}");
        assert_eq!(canonical(method, &url, ""), expected);
    }
}

#[test]
fn the_context_path_is_left_out_where_it_is_one() {
    let path = |url: &str| canonical("GET", url, "/jira");
    assert_eq!(
        path("http://localhost:2990/jira/some/path/?a=b"),
        "GET&/some/path&a=b"
    );
    assert_eq!(path("http://localhost:2990/jira"), "GET&/&");
    assert_eq!(path("http://localhost:2990/jirafe"), "GET&/jirafe&");
    assert_eq!(
        canonical("GET", "http://localhost:2990/jira/x", "/jira/"),
        "GET&/x&"
    );
}

/// The hashes of Atlassian's own Connect framework for the same requests.
#[test]
fn hashes_are_those_of_atlassians_framework() {
    let long = "/hello-world?lic=none&tz=Australia%2FSydney&cp=%2Fjira&user_key=&loc=en-US\
        &user_id=&jwt=eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.e30.c2ln\
        &xdm_e=http%3A%2F%2Fstorm%3A2990&xdm_c=channel-servlet-hello-world&xdm_p=1";
    for (request, expected) in [
        (
            "/",
            "c88caad15a1c1a900b8ac08aa9686f4e8184539bea1deda36e2f649430df3239",
        ),
        (
            long,
            "8063ff4ca1e41df7bc90c8ab6d0f6207d491cf6dad7c66ea797b4614b71922e9",
        ),
    ] {
        let url = Url::parse(&format!("https://example.com{request}")).unwrap();
        assert_eq!(query_hash(&Method::GET, &url, ""), expected);
    }
}
