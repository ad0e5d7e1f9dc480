-- One row per student, program and begin date in special education.
{{ edfi_program_association(
    'student_special_education_program_associations', exit_date='specialEducationExitDate'
) }}
