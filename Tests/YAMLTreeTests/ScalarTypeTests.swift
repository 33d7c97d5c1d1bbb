import Testing

@testable import YAMLTree

/// What go-yaml v2 takes scalars for, as JSON. The rows up to the first empty line are those of recorded files.
@Suite struct ScalarTypeTests {
    @Test(arguments: [
        ("y", "true"), ("Y", "true"), ("yes", "true"), ("Yes", "true"), ("YES", "true"), ("on", "true"),
        ("On", "true"), ("ON", "true"), ("true", "true"), ("True", "true"), ("TRUE", "true"), ("n", "false"),
        ("N", "false"), ("no", "false"), ("No", "false"), ("NO", "false"), ("off", "false"), ("Off", "false"),
        ("OFF", "false"), ("false", "false"), ("False", "false"), ("FALSE", "false"), ("yEs", #""yEs""#),
        ("tRUE", #""tRUE""#), ("oN", #""oN""#),
        ("", "null"), ("~", "null"), ("null", "null"), ("Null", "null"), ("NULL", "null"), ("nULL", #""nULL""#),
    ])
    func words(text: String, json: String) throws { try check(text, json) }

    @Test(arguments: [
        ("0", "0"), ("-0", "0"), ("+7", "7"), ("12", "12"), ("-12", "-12"), ("1_000", "1000"), ("1__0_", "10"),
        ("0x1F", "31"), ("0X1f", "31"), ("-0x10", "-16"), ("0x_1f", "31"), ("0x", #""0x""#), ("0xg", #""0xg""#),
        ("0o17", "15"), ("0O17", "15"), ("0o8", #""0o8""#), ("017", "15"), ("-017", "-15"), ("00", "0"),
        ("0b101", "5"), ("-0b101", "-5"), ("0B11", "3"), ("0b2", #""0b2""#), ("0b-11", "-3"), ("0b+11", "3"),
        // Not octal, so a float.
        ("08", "8"), ("-09", "-9"), ("018", "18"),
        ("9223372036854775807", "9223372036854775807"), ("-9223372036854775808", "-9223372036854775808"),
        ("9223372036854775808", "9223372036854775808"), ("18446744073709551615", "18446744073709551615"),
        ("18446744073709551616", "18446744073709552000"), ("-9223372036854775809", "-9223372036854776000"),
        ("+9223372036854775808", "9223372036854776000"), ("0xffffffffffffffff", "18446744073709551615"),
        ("0x10000000000000000", #""0x10000000000000000""#), ("_1", #""_1""#), ("+", #""+""#), ("-", #""-""#),
        ("1 2", #""1 2""#), ("--1", #""--1""#), ("1-", #""1-""#),
    ])
    func integers(text: String, json: String) throws {
        // A lone dash begins a list.
        if text == "-" { return }
        try check(text, json)
    }

    @Test(arguments: [
        ("1.5", "1.5"), ("-1.5", "-1.5"), ("1.", "1"), (".5", "0.5"), ("-.5", "-0.5"), ("1e3", "1000"),
        ("1E3", "1000"), ("1e+3", "1000"), ("1.5e-3", "0.0015"), ("1_0.5", "10.5"), ("0.1e1_0", "1000000000"),
        ("1e20", "100000000000000000000"), ("1e21", "1e+21"), ("1.25e22", "1.25e+22"), ("1e-6", "0.000001"),
        ("1e-7", "1e-7"), ("1.5e-10", "1.5e-10"), ("0.1", "0.1"), ("100.0", "100"), ("123456789.125", "123456789.125"),
        ("-0.0", "-0"), ("5e-324", "5e-324"), ("1e-400", "0"), ("1e400", #""1e400""#), ("-1e400", #""-1e400""#),
        ("1.7976931348623157e308", "1.7976931348623157e+308"), ("0.30000000000000004", "0.30000000000000004"),
        (".1_0", "0.1"), ("._1", #""._1""#), (".1_", #"".1_""#), (".1__0", #"".1__0""#), (".", #"".""#),
        ("1e", #""1e""#), ("1.2.3", #""1.2.3""#), ("0x1p-2", #""0x1p-2""#), ("+.5", "0.5"), (".5e1", "5"),
        ("infinity", #""infinity""#), ("nan", #""nan""#), (".infx", #"".infx""#), (".NAn", #"".NAn""#),
    ])
    func floats(text: String, json: String) throws { try check(text, json) }

    @Test(arguments: [
        ("2001-01-02", #""2001-01-02""#), ("2001-1-2T3:4:5.6Z", #""2001-1-2T3:4:5.6Z""#),
        ("12:30:45", #""12:30:45""#), ("=", #""=""#), ("<<", #""<<""#), ("a: b".replacing(": ", with: ":"), #""a:b""#),
        ("'1'", #""1""#), (#""yes""#, #""yes""#), ("''", #""""#), ("|\n  1\n", "\"1\n\""), (">-\n  1\n", #""1""#),
        ("! 12", #""12""#), ("! yes", #""yes""#), ("! 'x'", #""x""#), ("!", #""""#), ("!foo 12", #""12""#),
        ("!!str 12", #""12""#), ("!!str", #""""#), ("!!str null", #""null""#), ("!<tag:yaml.org,2002:str> 1", #""1""#),
        ("!!int 0x10", "16"), (#"!!int "7""#, "7"), ("!!float 3", "3"), ("!!float 1.5", "1.5"), ("!!bool on", "true"),
        (#"!!bool "no""#, "false"), ("!!null ~", "null"), (#"!!null """#, "null"), ("!!null", "null"),
        ("!!timestamp 2001-02-03", #""2001-02-03""#),
        ("!!timestamp 2001-02-03t1:2:3+01:00", #""2001-02-03t1:2:3+01:00""#),
        ("!!timestamp 2000-02-29 01:02:03.5", #""2000-02-29 01:02:03.5""#),
        ("!!binary aGVsbG8=", #""hello""#), ("!!binary |\n  aGVs\n  bG8=\n", #""hello""#), ("!!binary", #""""#),
        ("!!binary /w==", "\"\u{fffd}\""), ("!!binary 4oKi4oI=", "\"\u{20a2}\u{fffd}\u{fffd}\""),
        ("!!map x", #""x""#), ("!!seq 1", #""1""#), ("&a 1", "1"), ("&a ! 1", #""1""#), ("! &a 1", #""1""#),
        ("!!int &a 1", "1"), ("&a # note\n  ! 1", #""1""#), ("!!set {a}", #"{"a":null}"#), ("!!str [1]", "[1]"),
    ])
    func stringsAndTags(text: String, json: String) throws { try check(text, json) }

    @Test(arguments: [
        ("!!int x", "yaml: cannot decode !!str `REDACTED` as a !!int"),
        ("!!int 1.5", "yaml: cannot decode !!float `REDACTED` as a !!int"),
        ("!!int ''", "yaml: cannot decode !!null `REDACTED` as a !!int"),
        ("!!int 2001-02-03", "yaml: cannot decode !!str `REDACTED` as a !!int"),
        ("!!float yes", "yaml: cannot decode !!bool `REDACTED` as a !!float"),
        ("!!float 18446744073709551615", "yaml: cannot decode !!int `REDACTED` as a !!float"),
        ("!!bool 1", "yaml: cannot decode !!int `REDACTED` as a !!bool"),
        ("!!null x", "yaml: cannot decode !!str `REDACTED` as a !!null"),
        ("!!timestamp 2001-02-29", "yaml: cannot decode !!str `REDACTED` as a !!timestamp"),
        ("!!timestamp 12", "yaml: cannot decode !!int `REDACTED` as a !!timestamp"),
        ("!!binary a", "yaml: !!binary value contains invalid base64 data"),
        (".inf", "json: unsupported value: +Inf"), ("-.INF", "json: unsupported value: -Inf"),
        (".nan", "json: unsupported value: NaN"), ("!!float .inf", "json: unsupported value: +Inf"),
    ])
    func refused(text: String, error: String) throws {
        let document = try YAMLDocument("a: \(text)\n")
        #expect { _ = try document.value() } throws: { ($0 as? YAMLError)?.upstreamText == error }
    }

    /// Keys become text in a way of their own.
    @Test(arguments: [
        ("yes", "true"), ("off", "false"), ("0x10", "16"), ("1.50", "1.5"), ("1e6", "1e+06"), ("123456.0", "123456"),
        ("0.0001", "0.0001"), ("0.00001", "1e-05"), ("16777217.0", "1.6777216e+07"), ("0.1", "0.1"), (".inf", ".inf"),
        ("-.inf", "-.inf"), (".nan", ".nan"), ("1e300", ".inf"), ("2001-01-01", "2001-01-01"), ("'1'", "1"),
        ("!!binary YWI=", "ab"), ("-5", "-5"), ("!!str yes", "yes"),
    ])
    func keys(text: String, key: String) throws {
        #expect(try YAMLDocument("\(text): x\n").value().json == "{\"\(key)\":\"x\"}")
    }

    @Test(arguments: [
        ("~: x", "unsupported map key of type: %!s(<nil>), key: <nil>, value: REDACTED"),
        ("? \n: x", "unsupported map key of type: %!s(<nil>), key: <nil>, value: REDACTED"),
        ("18446744073709551615: x", "unsupported map key of type: uint64, key: REDACTED, value: REDACTED"),
        ("? {a: b}\n: x", "yaml: invalid map key: REDACTED"), ("? []\n: x", "yaml: invalid map key: REDACTED"),
        ("b: &b [1]\n*b : x", "yaml: invalid map key: REDACTED"),
        // What go-yaml refuses comes before what the conversion refuses.
        ("~: x\nb: !!int z", "yaml: cannot decode !!str `REDACTED` as a !!int"),
        ("b: .nan\n~: x", "unsupported map key of type: %!s(<nil>), key: <nil>, value: REDACTED"),
        // Go writes maps sorted by their keys.
        ("b: .nan\na: .inf", "json: unsupported value: +Inf"),
    ])
    func refusedKeys(text: String, error: String) throws {
        let document = try YAMLDocument(text + "\n")
        #expect { _ = try document.value() } throws: { ($0 as? YAMLError)?.upstreamText == error }
    }

    private func check(_ text: String, _ json: String) throws {
        #expect(try YAMLDocument("a: \(text)\n").value().json == "{\"a\":\(json)}")
    }
}
