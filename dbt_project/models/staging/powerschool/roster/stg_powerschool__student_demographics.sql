-- One row per student: what PowerSchool keeps of demographics with the student.
with

students as (
    select * from {{ ref('stg_powerschool__students') }}
),

student_races as (
    select * from {{ ref('stg_powerschool__student_races') }}
),

meanings as (
    {{ codes_of_sources(ref('xwalk_demographic_codes'), ['kind', 'code'], ['powerschool']) }}
        and crosswalk.kind = 'sex'
),

races as (
    select
        student_races.student_key,
        {{ dbt.listagg(
            measure="student_races.race_code",
            delimiter_text="'|'",
            order_by_clause="order by student_races.race_code",
        ) }} as race_codes
    from student_races
    group by student_races.student_key
),

described as (
    select
        students.student_key,
        students.student_id,
        cast(null as {{ dbt.type_string() }}) as education_organization_id,
        coalesce(meanings.meaning, students.gender_code) as sex_code,
        case students.federal_ethnicity_code when '1' then true when '0' then false end
            as is_hispanic_latino,
        races.race_codes,
        cast(null as {{ dbt.type_string() }}) as english_proficiency_code,
        cast(null as {{ dbt.type_string() }}) as characteristic_codes,
        students._record_key,
        students._load_id,
        students._loaded_at
    from students
    left join races
        on races.student_key = students.student_key
    left join meanings
        on meanings.code = students.gender_code
)

select * from described
