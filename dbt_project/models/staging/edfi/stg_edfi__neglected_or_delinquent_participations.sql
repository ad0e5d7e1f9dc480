-- One row per student, program and begin date in a neglected or delinquent program.
{{ edfi_program_association('student_neglected_or_delinquent_program_associations') }}
