-- One row per student, program and begin date in a section 504 plan (data standard 6).
{{ edfi_program_association('student_section504_program_associations') }}
