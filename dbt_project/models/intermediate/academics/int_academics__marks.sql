-- One row per mark of the source that says something (a letter or a number), with its meaning.
with

marks as (
    select * from {{ ref('can_marks') }}
),

sections as (
    select * from {{ ref('can_sections') }}
),

letter_only_periods as (
    select * from {{ ref('int_academics__letter_only_periods') }}
),

letter_marks as (
    {{ district_rows(ref('xwalk_letter_marks'), ['letter_grade']) }}
),

excluded_marks as (
    {{ district_rows(ref('xwalk_excluded_marks'), ['letter_grade']) }}
),

numeric_bands as (
    -- a district's own scale replaces the whole table
    {{ district_rows(ref('xwalk_numeric_to_letter'), []) }}
),

given as (
    select
        marks.mark_key,
        marks.student_key,
        marks.section_key,
        marks.grading_period_key,
        marks.school_key,
        marks.school_year,
        marks.local_course_key,
        marks.grade_type_code,
        marks.grade_type,
        marks.letter_grade,
        marks.numeric_grade,
        marks.letter_grade is null
        and letter_only_periods.student_key is not null as is_number_only,
        marks.known_on
    from marks
    left join letter_only_periods
        on letter_only_periods.student_key = marks.student_key
        and letter_only_periods.grading_period_key = marks.grading_period_key
),

band_of_number as (
    select
        given.mark_key,
        -- half-open bands: the number is never rounded up into the next letter
        max(numeric_bands.lowest_number) as lowest_number
    from given
    inner join numeric_bands
        on numeric_bands.lowest_number <= given.numeric_grade
    where given.letter_grade is null
        and not given.is_number_only
    group by given.mark_key
),

lettered as (
    select
        given.mark_key,
        given.student_key,
        given.section_key,
        given.grading_period_key,
        given.school_key,
        given.school_year,
        coalesce(
            sections.course_identity_key,
            given.local_course_key
        ) as course_identity_key,
        sections.course_key,
        sections.credits,
        sections.added_points,
        given.grade_type_code,
        given.grade_type,
        given.letter_grade as source_letter_grade,
        given.numeric_grade,
        coalesce(given.letter_grade, numeric_bands.letter_grade) as letter_grade,
        given.is_number_only,
        given.known_on
    from given
    left join band_of_number
        on band_of_number.mark_key = given.mark_key
    left join numeric_bands
        on numeric_bands.lowest_number = band_of_number.lowest_number
    left join sections
        on sections.section_key = given.section_key
),

classified as (
    select
        lettered.mark_key,
        lettered.student_key,
        lettered.section_key,
        lettered.grading_period_key,
        lettered.school_key,
        lettered.school_year,
        lettered.course_identity_key,
        lettered.course_key,
        lettered.credits,
        lettered.added_points,
        lettered.grade_type_code,
        lettered.grade_type,
        lettered.letter_grade,
        lettered.numeric_grade,
        lettered.source_letter_grade is null
        and not lettered.is_number_only as is_letter_from_number,
        case
            when lettered.is_number_only then 'number'
            when letter_marks.letter_grade is not null then 'letter'
            when excluded_marks.letter_grade is not null then 'excluded'
            else 'unmapped'
        end as mark_kind,
        letter_marks.letter_family,
        letter_marks.grade_points,
        -- an F earns nothing, in an honors course too
        case
            when letter_marks.letter_family = 'F' then letter_marks.grade_points
            else letter_marks.grade_points + coalesce(lettered.added_points, 0)
        end as weighted_grade_points,
        lettered.known_on
    from lettered
    left join letter_marks
        on letter_marks.letter_grade = lettered.letter_grade
    left join excluded_marks
        on excluded_marks.letter_grade = lettered.letter_grade
)

select * from classified
