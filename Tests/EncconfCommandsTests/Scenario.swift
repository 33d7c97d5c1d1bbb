/// Command lines that make the files of a test.
enum Scenario {
    /// A file of secrets alone with aescbc first: key1 writes nothing any more, but five secrets need it.
    static let aescbcAlone = """
        grep -v -e configmaps -e widgets -e secretbox -e sb-2025 -e JS82F1 testdata/cluster/config-static-only.yaml |
            sed -e '/- aesgcm/,/ef4/d' -e '/providers:/{n;d}' > enc.yaml
        """
}
