-- One row per student, program and begin date in language instruction (English learners).
{{ edfi_program_association('student_language_instruction_program_associations') }}
