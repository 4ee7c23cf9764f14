/// The release of this program, as `--version` prints it and transcripts note it.
package enum Release {
    package static let version = "0.1.0"
}
