"""HTTP of off-chain workers: a request to a server on this machine with `--allow-http`, and its refusal without."""
import http.server
import pathlib
import socket
import tempfile
import threading
import time
import unittest

import wat
from command import scexec

# Input: the URI. Output: what is left of the first 64 bytes of the answer's body, or one byte ff when the request may not
# be started. Constants in SCALE: method GET; one id; no deadline.
RUNTIME = r"""
(module
  (import "env" "ext_offchain_http_request_start_version_1" (func $start (param i64 i64 i64) (result i64)))
  (import "env" "ext_offchain_http_request_add_header_version_1" (func $header (param i32 i64 i64) (result i64)))
  (import "env" "ext_offchain_http_response_wait_version_1" (func $wait (param i64 i64) (result i64)))
  (import "env" "ext_offchain_http_response_read_body_version_1" (func $read (param i32 i64 i64) (result i64)))
  (memory (export "memory") 1)
  (global (export "__heap_base") i32 (i32.const 1024))
  (data (i32.const 16) "GET")
  (data (i32.const 32) "\04")      ;; Vec of one id, which follows
  (data (i32.const 48) "\00")      ;; None
  (data (i32.const 64) "X-Test")
  (data (i32.const 80) "said so")
  (data (i32.const 96) "\ff")
  (func $span (param i32 i32) (result i64)
    (i64.or (i64.extend_i32_u (local.get 0)) (i64.shl (i64.extend_i32_u (local.get 1)) (i64.const 32))))
  (func (export "OffchainWorkerApi_get") (param i32 i32) (result i64)
    (local $answer i32) (local $id i32)
    (local.set $answer (i32.wrap_i64 (call $start (call $span (i32.const 16) (i32.const 3))
      (call $span (local.get 0) (local.get 1)) (call $span (i32.const 0) (i32.const 0)))))
    (if (i32.load8_u (local.get $answer)) (then (return (call $span (i32.const 96) (i32.const 1)))))
    (local.set $id (i32.load16_u offset=1 (local.get $answer)))
    (drop (call $header (local.get $id) (call $span (i32.const 64) (i32.const 6)) (call $span (i32.const 80) (i32.const 7))))
    (i32.store16 (i32.const 33) (local.get $id))
    (drop (call $wait (call $span (i32.const 32) (i32.const 3)) (call $span (i32.const 48) (i32.const 1))))
    ;; Result<u32, HttpError>: 0, then the number of bytes
    (local.set $answer (i32.wrap_i64 (call $read (local.get $id) (call $span (i32.const 512) (i32.const 64))
      (call $span (i32.const 48) (i32.const 1)))))
    (call $span (i32.const 512) (i32.load offset=1 (local.get $answer)))))
"""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{self.path} {self.headers['X-Test']}".encode()
        self.server.requests += 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Http(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.runtime = wat.write(pathlib.Path(folder.name), "runtime.wasm", RUNTIME)
        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.server.requests = 0
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.uri = f"http://127.0.0.1:{self.server.server_port}/some/path".encode()

    def get(self, *options):
        done = scexec("call", "--runtime", self.runtime, "--no-cache", "--offchain-worker", "--output", "raw",
                      "OffchainWorkerApi_get", "0x" + self.uri.hex(), *options)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stdout

    def test_a_request_is_made_when_allowed(self):
        self.assertEqual(self.get("--allow-http"), b"/some/path said so")
        self.assertEqual(self.server.requests, 1)

    def test_waiting_ends_with_the_time_limit(self):
        silent = socket.create_server(("127.0.0.1", 0))  # connections wait to be accepted, nobody answers
        self.addCleanup(silent.close)
        uri = f"http://127.0.0.1:{silent.getsockname()[1]}/".encode()
        begin = time.monotonic()
        done = scexec("call", "--runtime", self.runtime, "--no-cache", "--offchain-worker", "--allow-http",
                      "OffchainWorkerApi_get", "0x" + uri.hex(), "--time-limit", "500ms")
        self.assertEqual(done.returncode, 1, done.stderr.decode())
        self.assertIn(b"did not finish within its time limit of 500 ms", done.stderr)
        self.assertLess(time.monotonic() - begin, 60)

    def test_it_is_refused_otherwise(self):
        self.assertEqual(self.get(), b"\xff")
        self.assertEqual(self.server.requests, 0)


if __name__ == "__main__":
    unittest.main()
