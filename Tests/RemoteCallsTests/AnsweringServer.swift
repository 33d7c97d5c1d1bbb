import TestSupport

/// HTTP/1.1 servers of Python, in clear and over TLS, and a proxy.
enum AnsweringServer {
    /// `/fields` answers what it was asked with: the name of the TLS handshake, the number of the connection, and the
    /// header fields. What the other paths do stands in the program.
    static func clear() throws -> PythonServer { try PythonServer(program) }

    /// - Parameters:
    ///   - name: Of the server's certificate in the folder.
    ///   - wantsClients: Whether it wants certificates of its clients.
    static func tls(_ certificates: Certificates, _ name: String = "server", wantsClients: Bool = false) throws
        -> PythonServer
    {
        try PythonServer(program, certificates.folder, name, wantsClients ? "clients" : "")
    }

    /// A proxy that knows CONNECT alone. It prints the head of each request.
    ///
    /// - Parameter authorization: What it wants as `Proxy-Authorization`.
    static func proxy(authorization: String = "") throws -> PythonServer {
        try PythonServer(proxyProgram, authorization)
    }

    private static let program = """
        import gzip, http.server, ssl, sys, zlib

        def bomb(byte_count):
            # A gzip header, and the same block of a mebibyte again and again.
            packer = zlib.compressobj(9, zlib.DEFLATED, -15)
            block = packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
            return bytes([31, 139, 8, 0, 0, 0, 0, 0, 0, 3]) + block * (byte_count >> 20)

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self, body, encoding=None):
                self.send_response(200)
                self.send_header("content-length", str(len(body)))
                if encoding:
                    self.send_header("content-encoding", encoding)
                self.end_headers()
                self.wfile.write(body)

            def do_GET(self):
                accepts = "gzip" in self.headers.get("accept-encoding", "")
                text = b"".join(b"line %d\\n" % number for number in range(20000))
                if self.path == "/fields":
                    lines = ["sni: %s" % getattr(self.connection, "name", None), "client: %d" % self.client_address[1]]
                    lines += ["%s: %s" % (name.lower(), value) for name, value in self.headers.items()]
                    self.reply("\\n".join(lines).encode("latin-1"))
                elif self.path == "/gzip":
                    self.reply(gzip.compress(text), "gzip") if accepts else self.reply(text)
                elif self.path == "/gzip-in-pieces":
                    packed = gzip.compress(text)
                    self.send_response(200)
                    self.send_header("transfer-encoding", "chunked")
                    self.send_header("content-encoding", "gzip")
                    self.end_headers()
                    for start in range(0, len(packed), 1000):
                        piece = packed[start:start + 1000]
                        self.wfile.write(b"%x\\r\\n" % len(piece) + piece + b"\\r\\n")
                        self.wfile.flush()
                    self.wfile.write(b"0\\r\\n\\r\\n")
                elif self.path == "/no-gzip":
                    self.reply(b"this is no gzip", "gzip")
                elif self.path.startswith("/bomb/"):
                    self.reply(bomb(int(self.path[6:])), "gzip")
                elif self.path == "/empty":
                    self.reply(b"")
                elif self.path == "/endless":
                    self.send_response(200)
                    self.send_header("transfer-encoding", "chunked")
                    self.end_headers()
                    while True:
                        self.wfile.write(b"5\\r\\npiece\\r\\n")
                elif self.path == "/nothing":
                    self.connection.shutdown(2)

            def log_message(self, *arguments):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, request, client_address):
                pass

        server = Server(("127.0.0.1", 0), Handler)
        if len(sys.argv) > 1:
            folder, name, clients = sys.argv[1:]
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(f"{folder}/{name}.pem", f"{folder}/{name}.key")
            def note(connection, name, context):
                connection.name = name
            context.sni_callback = note
            if clients:
                context.verify_mode = ssl.CERT_REQUIRED
                context.load_verify_locations(f"{folder}/ca.pem")
            server.socket = context.wrap_socket(server.socket, server_side=True)
        print(server.server_port, flush=True)
        server.serve_forever()
        """

    private static let proxyProgram = """
        import select, socket, socketserver, sys

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                head = []
                while (line := self.rfile.readline().strip()):
                    head.append(line.decode("latin-1"))
                print("\\n".join(head), flush=True)
                fields = dict(line.split(": ", 1) for line in head[1:])
                if fields.get("Proxy-Authorization", "") != sys.argv[1]:
                    self.wfile.write(b"HTTP/1.1 407 Who are you\\r\\nContent-Length: 0\\r\\n\\r\\n")
                    return
                host, port = head[0].split(" ")[1].rsplit(":", 1)
                peer = socket.create_connection((host, int(port)))
                self.wfile.write(b"HTTP/1.1 200 Go on\\r\\n\\r\\n")
                sides = {self.connection: peer, peer: self.connection}
                while True:
                    for side in select.select(list(sides), [], [])[0]:
                        data = side.recv(65536)
                        if not data:
                            return
                        sides[side].sendall(data)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            def handle_error(self, request, client_address):
                pass

        server = Server(("127.0.0.1", 0), Handler)
        print(server.server_address[1], flush=True)
        server.serve_forever()
        """
}
