import Testing

@testable import YAMLTree

@Suite struct MergeAndDuplicateTests {
    @Test(arguments: [
        ("b: &b {x: 1, w: 2}\na:\n  <<: *b\n  z: 3\n", #"{"a":{"w":2,"x":1,"z":3},"b":{"w":2,"x":1}}"#),
        ("a:\n  <<: {x: 1}\n", #"{"a":{"x":1}}"#),
        // Whatever comes last wins, the merge too.
        ("a:\n  x: 9\n  <<: {x: 1}\n", #"{"a":{"x":1}}"#), ("a:\n  <<: {x: 1}\n  x: 9\n", #"{"a":{"x":9}}"#),
        // Of several mappings the first one wins.
        ("a:\n  <<: [{x: 1}, {x: 2, z: 2}]\n", #"{"a":{"x":1,"z":2}}"#), ("a:\n  <<: []\n", #"{"a":{}}"#),
        ("b: &b {<<: {x: 1}, z: 2}\na: {<<: *b}\n", #"{"a":{"x":1,"z":2},"b":{"x":1,"z":2}}"#),
        ("a: {'<<': 1}\n", #"{"a":{"<<":1}}"#), ("a: {! '<<': {x: 1}}\n", #"{"a":{"x":1}}"#),
        ("a: {!!merge <<: {x: 1}}\n", #"{"a":{"x":1}}"#), ("a: {!!str <<: 1}\n", #"{"a":{"<<":1}}"#),
        ("a: &a x\nb: *a\n*a : c\n", #"{"a":"x","b":"x","x":"c"}"#),
        ("a: &x 1\nb: &x 2\nc: *x\n", #"{"a":1,"b":2,"c":2}"#),
        ("a: &x [&x 1, *x]\nb: *x\n", #"{"a":[1,1],"b":1}"#),
        ("b: 1\na: 2\nB: 3\n", #"{"B":3,"a":2,"b":1}"#),
        ("a\n---\n{{{", #""a""#), ("a\n...\n@", #""a""#), ("---\n---\nb", "null"), ("", "null"), ("# c\n", "null"),
        ("- \n- ~\n-\n", "[null,null,null]"), ("[a:, 'b']", #"["a:","b"]"#), ("- {a:: b}", #"[{"a:":"b"}]"#),
        ("[a b:,\n c:]", #"["a b:","c:"]"#), ("\n\u{feff}a: b\n", "{\"\u{feff}a\":\"b\"}"),
        ("- 'x\n\u{feff}y'\n", "[\"x \u{feff}y\"]"),
    ])
    func values(text: String, json: String) throws {
        #expect(try YAMLDocument(text).value().json == json)
    }

    @Test(arguments: [
        ("<<: 1\n", "yaml: map merge requires map or sequence of maps as the value"),
        ("<<: [1]\n", "yaml: map merge requires map or sequence of maps as the value"),
        ("a: &a [{x: 1}]\n<<: *a\n", "yaml: map merge requires map or sequence of maps as the value"),
        ("<<: [[{x: 1}]]\n", "yaml: map merge requires map or sequence of maps as the value"),
        ("a: *x\n", "yaml: unknown anchor 'x' referenced"),
        ("a: *x\nb: &x 1\n", "yaml: unknown anchor 'x' referenced"),
        ("a: &x {b: *x}\n", "yaml: anchor 'x' value contains itself"),
        ("a: &x {<<: *x}\n", "yaml: anchor 'x' value contains itself"),
        ("a: &x\n  - {b: [*x]}\n", "yaml: anchor 'x' value contains itself"),
        ("a: *abcdefghijklmnop\n", "yaml: unknown anchor 'REDACTED' referenced"),
        ("%YAML 1.2\n---\na: 1\n", "yaml: found incompatible YAML document"),
        ("# c\n%TAG ! x\n%YAML 1.2\n---\na: 1\n", "yaml: line 2: found incompatible YAML document"),
        ("%YAML 1.2\n%YAML 1.2\n---\na", "yaml: found incompatible YAML document"),
        ("%YAML \t  01.02 # c\n---\na: 1\n", "yaml: found incompatible YAML document"),
        ("%YAML 1.001\n---\na: 1\n", "yaml: found extremely long version number"),
        ("%YAML 1.3\n---\n", "yaml: found incompatible YAML document"),
        (#"a: "\/""#, "yaml: found unknown escape character"),
        ("a:\n  b: \"x\n   \\/\"", "yaml: line 3: found unknown escape character"),
        ("[a?b]", "yaml: did not find expected ',' or ']'"),
        ("-\n- {a: b?c}", "yaml: line 1: did not find expected ',' or '}'"),
        ("[a: b?]", "yaml: did not find expected ',' or ']'"),
        ("\ta: 1", "yaml: found character that cannot start any token"),
        ("a: 1\n\tb: 2", "yaml: line 2: found a tab character that violates indentation"),
    ])
    func refused(text: String, error: String) {
        #expect { _ = try YAMLDocument(text).value() } throws: { ($0 as? YAMLError)?.upstreamText == error }
    }

    @Test(arguments: [
        ("a: 1\na: 2\n", ["2 a"]), ("a: 1\nb:\n  c: 1\n  c:\n    2\nb: 3\na:\n  - 4\n", ["5 c", "6 b", "8 a"]),
        ("a:\n  <<: {x: 1}\n  x: 2\n", ["3 x"]), ("a:\n  x: 2\n  <<:\n    x: 1\n", ["4 x"]),
        ("1: a\n0x1: b\n'1': c\n", ["2 1"]), ("yes: a\ntrue: b\n", ["2 true"]), ("a: 1\nA: 2\n", []),
        ("- {a: 1, a: 2, a: 3}", ["1 a", "1 a"]), ("x: &x {a: 1, a: 2}\ny: *x\n", ["1 a", "1 a"]),
        ("{\"a\": 1,\n\"a\": 2}", ["2 a"]), ("{\"a\": {\"b\": 1, \"\\u0062\": 2}}", ["1 b"]),
    ])
    func duplicates(text: String, found: [String]) throws {
        #expect(try YAMLDocument(text).duplicates().map { "\($0.line) \($0.key.text)" } == found)
    }

    /// A file whose first byte is a brace is JSON and nothing else.
    @Test(arguments: [
        ("{\"a\": 1e3, \"b\": [true, null, \"\\u00e4\\n\"]}", "{\"a\":1e3,\"b\":[true,null,\"ä\n\"]}"),
        (" \n\t{}", "{}"), ("{\"b\":1,\"a\":2,\"b\":3}", #"{"b":1,"a":2,"b":3}"#),
        ("{\"<<\": {\"x\": 1}}", #"{"<<":{"x":1}}"#), ("\u{feff}{a: yes}", #"{"a":true}"#), ("[1]", "[1]"),
    ])
    func json(text: String, json: String) throws {
        let document = try YAMLDocument(text)
        #expect(try document.value().json == json)
    }

    @Test(arguments: [
        ("{a: 1}", "invalid character 'a' looking for beginning of object key string"),
        ("{} x", "invalid character 'x' after top-level value"), ("{", "unexpected end of JSON input"),
    ])
    func refusedJSON(text: String, error: String) {
        #expect { try YAMLDocument(text) } throws: { ($0 as? YAMLError)?.upstreamText == error }
    }
}
