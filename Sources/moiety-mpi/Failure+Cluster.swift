#if MPI
    import Cluster
    import Site

    extension Failure {
        /// A rank that is lost, or never took part.
        init(lost failure: ClusterFailure) {
            switch failure.cause {
            case .key:
                self.init(
                    .permission, "clusterKey", "\(failure)",
                    hint:
                        "moiety-mpi key FILE makes one; name it by --mpi-key or MOIETY_MPI_KEY, readable on every machine"
                )
            case .otherVersion:
                self.init(
                    .configuration, "rankVersion", "\(failure)", hint: "start the same moiety-mpi on every machine")
            default:
                self.init(
                    .jobFailed, "rankLost", "\(failure)",
                    hint: "the transcript up to here is kept; mpirun's output says what became of the rank")
            }
        }
    }
#endif
