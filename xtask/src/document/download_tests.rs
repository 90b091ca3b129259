use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread::{self, JoinHandle};

use super::*;

/// A server on loopback that reads one request, answers with these bytes and
/// waits before it closes the connection. It returns the request.
fn serve(answer: Vec<u8>, wait: Duration) -> (Url, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = Vec::new();
        let mut buffer = [0; 1024];
        while !request.ends_with(b"\r\n\r\n") {
            let read = stream.read(&mut buffer).unwrap();
            request.extend_from_slice(&buffer[..read]);
        }
        // The client may have hung up: that is its right.
        let _ = stream.write_all(&answer);
        thread::sleep(wait);
        String::from_utf8(request).unwrap()
    });
    (
        Url::parse(&format!("http://{address}/openapi.json")).unwrap(),
        server,
    )
}

fn answer(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {head}\r\nConnection: close\r\n\r\n{body}").into_bytes()
}

fn limits() -> Limits {
    Limits {
        connect: Duration::from_secs(2),
        total: Duration::from_secs(2),
        size: 1000,
    }
}

fn failure(answer: Vec<u8>, wait: Duration) -> String {
    let (url, server) = serve(answer, wait);
    let error = format!("{:#}", download(&url, &limits()).unwrap_err());
    server.join().unwrap();
    assert!(error.contains(url.as_str()), "{error}");
    error
}

#[test]
fn the_body_is_returned_as_sent() {
    let (url, server) = serve(
        answer("200 OK\r\nContent-Length: 9", "{\"a\": 1}\n"),
        Duration::ZERO,
    );
    assert_eq!(download(&url, &limits()).unwrap(), b"{\"a\": 1}\n");
    let request = server.join().unwrap().to_lowercase();
    assert!(
        request.starts_with("get /openapi.json http/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("user-agent: bitbucket-xtask/"),
        "{request}"
    );
}

#[test]
fn a_status_is_told() {
    let error = failure(
        answer("404 Not Found\r\nContent-Length: 4", "gone"),
        Duration::ZERO,
    );
    assert!(error.contains("404 Not Found"), "{error}");
}

#[test]
fn html_is_told() {
    let error = failure(
        answer("200 OK\r\nContent-Type: text/html; charset=utf-8", "<html>"),
        Duration::ZERO,
    );
    assert!(error.contains("HTML"), "{error}");
}

#[test]
fn a_body_that_breaks_off_is_told() {
    let error = failure(answer("200 OK\r\nContent-Length: 100", "{"), Duration::ZERO);
    assert!(error.contains("ended before the document did"), "{error}");
}

#[test]
fn too_large_is_told_before_and_while_reading() {
    let declared = failure(
        answer("200 OK\r\nContent-Length: 1001", "{"),
        Duration::ZERO,
    );
    assert!(declared.contains("larger than 1000 bytes"), "{declared}");
    let undeclared = failure(answer("200 OK", &"x".repeat(1001)), Duration::ZERO);
    assert!(
        undeclared.contains("larger than 1000 bytes"),
        "{undeclared}"
    );
}

#[test]
fn a_server_that_stops_sending_does_not_hold_up() {
    let error = failure(
        answer("200 OK\r\nContent-Length: 100", "{"),
        Duration::from_secs(3),
    );
    assert!(error.contains("longer than 2s"), "{error}");
}

#[test]
fn an_unreachable_server_is_told() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let error = format!("{:#}", download(&url, &limits()).unwrap_err());
    assert!(error.contains("could not be reached"), "{error}");
}

#[test]
fn sizes_read_well() {
    assert_eq!(size(32 * 1024 * 1024), "32 MiB");
    assert_eq!(size(1000), "1000 bytes");
}
