-- One row per student: demographics from whichever record of the student holds them.
with

older_records as (
    {{ union_of_sources('older_student_demographics', {
        'student_key': 'bigint',
        'education_organization_id': 'text',
        'sex_code': 'text',
        'is_hispanic_latino': 'boolean',
        'race_codes': 'text',
        'english_proficiency_code': 'text',
        'characteristic_codes': 'text',
    }) }}
),

newer_records as (
    {{ union_of_sources('student_demographics', {
        'student_key': 'bigint',
        'education_organization_id': 'text',
        'sex_code': 'text',
        'is_hispanic_latino': 'boolean',
        'race_codes': 'text',
        'english_proficiency_code': 'text',
        'characteristic_codes': 'text',
    }) }}
),

-- since data standard 6 the older record is there too, without the demographics: the newer one wins
every_record as (
    select
        newer_records.student_key,
        newer_records.education_organization_id,
        newer_records.sex_code,
        newer_records.is_hispanic_latino,
        newer_records.race_codes,
        newer_records.english_proficiency_code,
        newer_records.characteristic_codes,
        newer_records.source_system,
        newer_records.source_instance,
        1 as preference
    from newer_records
    union all
    select
        older_records.student_key,
        older_records.education_organization_id,
        older_records.sex_code,
        older_records.is_hispanic_latino,
        older_records.race_codes,
        older_records.english_proficiency_code,
        older_records.characteristic_codes,
        older_records.source_system,
        older_records.source_instance,
        2 as preference
    from older_records
),

numbered as (
    select
        every_record.student_key,
        every_record.sex_code,
        every_record.is_hispanic_latino,
        every_record.race_codes,
        every_record.english_proficiency_code,
        every_record.characteristic_codes,
        every_record.source_system,
        every_record.source_instance,
        -- a student has a record at the district and may have one at a school: the one that says
        -- more decides, then the lower organisation id
        row_number() over (
            partition by every_record.student_key
            order by
                every_record.preference,
                case when every_record.sex_code is null then 1 else 0 end
                + case when every_record.race_codes is null then 1 else 0 end
                + case when every_record.is_hispanic_latino is null then 1 else 0 end
                + case when every_record.english_proficiency_code is null then 1 else 0 end,
                every_record.education_organization_id
        ) as record_number
    from every_record
),

chosen as (
    select
        numbered.student_key,
        numbered.sex_code,
        numbered.is_hispanic_latino,
        numbered.race_codes,
        numbered.english_proficiency_code,
        numbered.characteristic_codes,
        numbered.source_system,
        numbered.source_instance
    from numbered
    where numbered.record_number = 1
)

select * from chosen
