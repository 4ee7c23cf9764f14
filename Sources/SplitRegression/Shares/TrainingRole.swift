/// Who has the label, and who has columns only.
package enum TrainingRole: Sendable, Hashable { case active, passive }
