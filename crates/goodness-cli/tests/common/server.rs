//! A small HTTP server on this machine, which answers as it is told.

#![allow(dead_code, unreachable_pub, missing_docs)] // every test program uses a part of it

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What one request gets.
#[derive(Clone)]
pub enum Answer {
    /// The bytes that were asked for.
    Whole(Vec<u8>),
    /// The same, but the connection ends after so many of them.
    Cut(Vec<u8>, usize),
    /// All bytes, whatever was asked for.
    NoRange(Vec<u8>),
    /// As `Cut`, and the answer does not say how many bytes there are.
    NoLength(Vec<u8>, usize),
    /// This status, such as 404, and no bytes.
    Status(&'static str),
}

/// It stops, and its port is closed, when it goes out of scope or has given its last answer.
pub struct Server {
    address: SocketAddr,
    ranges: Arc<Mutex<Vec<Option<u64>>>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Server {
    /// Starts one that gives these answers, in order, whatever it is asked for.
    pub fn start(answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let ranges = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&ranges);
        let thread = std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let Some(range) = asked(&stream) else { return };
                seen.lock().unwrap().push(range);
                // Who hangs up early does so on purpose.
                let _ = give(&mut stream, answer, range);
            }
        });
        Self { address, ranges, thread: Some(thread) }
    }

    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// Where each request wanted the file to begin.
    pub fn ranges(&self) -> Vec<Option<u64>> {
        self.ranges.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Wakes it up, if it still waits for a request; one that is not made ends it.
        drop(TcpStream::connect(self.address));
        self.thread.take().map(std::thread::JoinHandle::join);
    }
}

/// Reads a request: where the file should begin. None when nobody asks.
fn asked(stream: &TcpStream) -> Option<Option<u64>> {
    let (mut range, mut lines) = (None, 0);
    for line in BufReader::new(stream).lines() {
        let line = line.ok()?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        lines += 1;
        range = line.strip_prefix("range: bytes=").and_then(|r| r.strip_suffix('-')?.parse().ok()).or(range);
    }
    (lines > 0).then_some(range)
}

fn give(stream: &mut TcpStream, answer: Answer, range: Option<u64>) -> std::io::Result<()> {
    let says_length = !matches!(answer, Answer::NoLength(..));
    let (body, most, range) = match answer {
        Answer::Status(status) => {
            let head = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return stream.write_all(head.as_bytes());
        }
        Answer::Whole(body) => (body, usize::MAX, range),
        Answer::Cut(body, most) | Answer::NoLength(body, most) => (body, most, range),
        Answer::NoRange(body) => (body, usize::MAX, None),
    };
    let (start, of) = (range.unwrap_or(0) as usize, body.len());
    if range.is_some() && start >= of {
        let head = format!("HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */{of}\r\n");
        return stream.write_all(format!("{head}Content-Length: 0\r\nConnection: close\r\n\r\n").as_bytes());
    }
    let rest = &body[start..];
    let head = match range {
        None => "HTTP/1.1 200 OK\r\n".to_string(),
        Some(_) => format!("HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{}/{of}\r\n", of - 1),
    };
    let length = if says_length { format!("Content-Length: {}\r\n", rest.len()) } else { String::new() };
    stream.write_all(format!("{head}{length}Connection: close\r\n\r\n").as_bytes())?;
    stream.write_all(&rest[..rest.len().min(most)])
}
