-- One row per student, school, term and course that was stored with credit: its final result.
with

storedgrades as (
    {{ current_rows(source('powerschool', 'storedgrades')) }}
),

gradescaleitem as (
    {{ current_rows(source('powerschool', 'gradescaleitem')) }}
),

students as (
    select * from {{ ref('stg_powerschool__students') }}
),

courses as (
    select * from {{ ref('stg_powerschool__courses') }}
),

-- letters that earn no credit in any scale
failing_letters as (
    select upper({{ plain_minus(json_text('payload', ['name'])) }}) as letter_grade
    from gradescaleitem
    group by upper({{ plain_minus(json_text('payload', ['name'])) }})
    having max({{ json_text('payload', ['graduationcredit']) }}) = '0'
        and max({{ json_text('payload', ['countsingpa']) }}) = '1'
),

renamed as (
    select
        {{ json_text('payload', ['studentid']) }} as powerschool_student_id,
        {{ json_text('payload', ['schoolid']) }} as education_organization_id,
        {{ powerschool_school_year(json_text('payload', ['termid']), of_term=true) }}
            as school_year,
        lower({{ json_text('payload', ['storecode']) }}) as term_code,
        {{ json_text('payload', ['course_number']) }} as course_code,
        {{ json_text('payload', ['course_name']) }} as course_title,
        nullif(upper({{ plain_minus(json_text('payload', ['grade'])) }}), '--')
            as final_letter_grade,
        {{ safe_numeric(json_text('payload', ['percent'])) }} as final_numeric_grade,
        {{ safe_numeric(json_text('payload', ['potentialcrhrs'])) }} as attempted_credits,
        {{ safe_numeric(json_text('payload', ['earnedcrhrs'])) }} as earned_credits,
        record_key as _record_key,
        load_id as _load_id,
        loaded_at as _loaded_at
    from storedgrades
),

with_credit as (
    select
        students.student_key,
        students.student_id,
        renamed.education_organization_id,
        renamed.school_year,
        renamed.term_code,
        courses.education_organization_id as course_education_organization_id,
        -- a course of another school is known by its title alone
        coalesce(renamed.course_code, renamed.course_title) as course_code,
        case
            when renamed.earned_credits > 0 then 'pass'
            when failing_letters.letter_grade is not null then 'fail'
        end as attempt_result_code,
        renamed.course_title,
        renamed.final_letter_grade,
        renamed.final_numeric_grade,
        renamed.attempted_credits,
        renamed.earned_credits,
        renamed._record_key,
        renamed._load_id,
        renamed._loaded_at
    from renamed
    inner join students
        on students.powerschool_student_id = renamed.powerschool_student_id
    left join courses
        on {{ key_text('courses', 'courses.course_code') }}
        = {{ key_text('courses', 'renamed.course_code') }}
    left join failing_letters
        on failing_letters.letter_grade = renamed.final_letter_grade
    where renamed.attempted_credits > 0
        or renamed.earned_credits > 0
),

-- two sections of one course in one term are one line with the credits of both
summed as (
    select
        with_credit.student_key,
        with_credit.student_id,
        with_credit.education_organization_id,
        with_credit.school_year,
        with_credit.term_code,
        with_credit.course_education_organization_id,
        with_credit.course_code,
        with_credit.attempt_result_code,
        with_credit.course_title,
        with_credit.final_letter_grade,
        with_credit.final_numeric_grade,
        sum(with_credit.attempted_credits) over same_line as attempted_credits,
        sum(with_credit.earned_credits) over same_line as earned_credits,
        with_credit._record_key,
        with_credit._load_id,
        with_credit._loaded_at
    from with_credit
    window same_line as (
        partition by
            with_credit.student_id, with_credit.education_organization_id,
            with_credit.school_year, with_credit.term_code,
            {{ key_text('courses', 'with_credit.course_code') }},
            with_credit.attempt_result_code
    )
),

newest as (
    {{ newest_version('summed', [
        'student_id', 'education_organization_id', 'school_year', 'term_code',
        key_text('courses', 'course_code'), 'attempt_result_code',
    ], {
        'course_key': natural_key('courses', ['course_education_organization_id', 'course_code']),
    }) }}
)

select * from newest
