-- One row per student, program and begin date in the homeless program.
{{ edfi_program_association('student_homeless_program_associations') }}
