import Jobs

enum Fixtures {
    /// Hospital and lab of actg175: 9 + 1 coefficients at the active party, 2 at the passive one.
    static let trial = """
        moiety: 8
        title: CD4 and CD8 counts beside the clinic's columns
        parties:
          - name: hospital
            role: active
            table: visits
            identifier: USUBJID
            label: cens
            features: [age, wtkg, hemo, homo, drugs, karnof, race, gender, symptom]
          - name: lab
            role: passive
            table: counts
            identifier: USUBJID
            features: [cd40, cd80]
        model:
          family: logistic
        reveal: [coefficients, standard-errors]
        """

    /// Visits by a clinic's and a registry's columns.
    static let counts = """
        moiety: 8
        title: Visits
        parties:
          - name: clinic
            role: active
            identifier: id
            label: visits
            offset: log_beds
            exposure: days
            weights: w
            features: [age]
          - name: registry
            role: passive
            identifier: id
            features: [x, y]
        model:
          family: negative-binomial
        """

    static let thetaGiven = counts.replacing(
        "family: negative-binomial", with: "family: negative-binomial\n  theta: 1.5")

    /// Deaths in the columns of a clinic and a registry, with everything that only a proportional-hazards model has.
    static let survival = """
        moiety: 8
        title: Survival
        parties:
          - name: clinic
            role: active
            identifier: id
            label: died
            time: futime
            entry: enrolled
            strata: ward
            features: [age]
          - name: registry
            role: passive
            identifier: id
            features: [x, y]
        model: {family: cox, maxPasses: 20, ties: breslow, mostEvents: 150}
        reveal: [coefficients, standard-errors]
        """

    static let timesAlone = survival.replacing("    entry: enrolled\n    strata: ward\n", with: "")
        .replacing(", ties: breslow, mostEvents: 150", with: "")

    /// With a survival curve at three times.
    static let curve = timesAlone.replacing("maxPasses: 20", with: "maxPasses: 20, times: [365, 730, 1095.5]")
        .replacing("standard-errors]", with: "standard-errors, survival]")

    /// With a column of the passive party's whose levels are compared.
    static let groups = timesAlone.replacing("maxPasses: 20", with: "maxPasses: 20, times: [365, 730], groups: stage")
        .replacing("standard-errors]", with: "standard-errors, logrank, kaplan-meier]")
        .replacing("features: [age]", with: "features: [age, {column: smoker, type: binary}]")
        .replacing(
            "features: [x, y]",
            with: "features: [x, y, {column: stage, type: categorical, levels: [I, II, III], reference: I}]")

    /// Ten columns and the intercept against twenty, as in the breast tables.
    static func wide(_ more: String = "", features: Int = 20) -> String {
        """
        moiety: 8
        title: Wide
        parties:
          - name: hospital
            role: active
            identifier: {columns: mrn, normaliser: raw}
            label: benign
            features: [\((1...10).map { "w\($0)" }.joined(separator: ", "))]
          - name: lab
            role: passive
            identifier: mrn
            features: [\((1...features).map { "m\($0)" }.joined(separator: ", "))]
        model: {family: logistic, l2: 0.01}
        \(more)
        """
    }

    /// Every field written out, with categorical and composite columns.
    static let full = """
        moiety: 8
        title: Every field
        purpose: >-
          To see that nothing is lost.
        parties:
          - name: clinic-2
            role: passive
            table: results_2024
            identifier:
              columns: [{column: family name, normaliser: upper}, {column: born, normaliser: digits}]
              duplicates: drop
            features:
              - dose
              - {column: smoker, type: binary}
              - {column: arm, type: categorical, levels: [placebo, low, "3"], reference: low}
          - name: hospital
            role: active
            table: visits
            identifier:
              columns: [{column: surname, normaliser: upper}, dob]
              normaliser: digits
            label: outcome
            features: [age]
        alignment: {protocol: paillier-oprf, sender: clinic-2}
        model: {family: linear, l2: 0.0, tolerance: 1e-5, maxPasses: 12, covariance: HC1}
        keys: {bits: 2048, nonces: half}
        reveal: [scores, metrics, coefficients, standard-errors]
        holdout: hash
        crossValidation: 10
        limits:
          minimumCohort: 100
          minimumCell: 20
          parametersPerRow: 0.1
          maximumSetSize: 5000
          minimumPassiveColumns: 4
        loosen: [leverage, guard-budget]
        transcript: {payloads: full}
        network: {listener: clinic-2, connectTimeout: 60, messageTimeout: 30}
        """

    /// The trial's clinic compares three arms, which are no feature.
    static let described = trial(
        "label: cens", "label: cens\n    group: {column: arm, levels: [placebo, low, high]}"
    ).replacing("standard-errors]", with: "description]")

    /// The trial with one piece of text replaced.
    static func trial(_ old: String, _ new: String) -> String { trial.replacing(old, with: new) }

    static func problems(_ yaml: String) -> [DocumentProblem] {
        do {
            _ = try Job(yaml: yaml)
            return []
        } catch .invalid(let problems) {
            return problems
        } catch {
            return [DocumentProblem(path: "?", message: "\(error)")]
        }
    }
}
