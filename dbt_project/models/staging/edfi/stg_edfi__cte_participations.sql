-- One row per student, program and begin date in career and technical education.
{{ edfi_program_association('student_cteprogram_associations') }}
