-- One row per student, program and begin date in migrant education.
{{ edfi_program_association('student_migrant_education_program_associations') }}
