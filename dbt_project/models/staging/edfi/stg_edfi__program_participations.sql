-- One row per student, program and begin date in a program that has no association of its own.
{{ edfi_program_association('student_program_associations') }}
