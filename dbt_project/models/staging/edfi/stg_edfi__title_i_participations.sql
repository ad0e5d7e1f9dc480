-- One row per student, program and begin date in Title I Part A.
{{ edfi_program_association('student_title_ipart_aprogram_associations') }}
