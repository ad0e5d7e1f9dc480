-- One row per student, grading period, course and night on which the mark that counts changed: the
-- row without replaced_on counts now. Only marks of the grading period itself decide; of two
-- sections of one course the worse letter counts, and one that nobody can read before a good one.
with

marks as (
    select * from {{ ref('int_academics__marks') }}
),

ranked as (
    select
        marks.student_key,
        marks.grading_period_key,
        marks.school_key,
        marks.school_year,
        marks.course_identity_key,
        marks.course_key,
        marks.section_key,
        marks.letter_grade,
        marks.numeric_grade,
        marks.is_letter_from_number,
        marks.mark_kind,
        marks.letter_family,
        marks.grade_points,
        marks.weighted_grade_points,
        marks.credits,
        marks.known_on,
        row_number() over (
            partition by marks.student_key, marks.grading_period_key, marks.course_identity_key
            order by
                -- a D or F stands whatever the others mean; a mark that nobody can read may be
                -- worse than a better letter; a letter says more than what is no letter
                case
                    when marks.letter_family in ('D', 'F') then 1
                    when marks.mark_kind = 'unmapped' then 2
                    when marks.mark_kind = 'letter' then 3
                    when marks.mark_kind = 'number' then 4
                    else 5
                end,
                marks.grade_points,
                marks.weighted_grade_points,
                -- a tie: the section with more credits, then one that is the same in every source
                case when marks.credits is null then 1 else 0 end,
                marks.credits desc,
                marks.section_key,
                marks.mark_key
        ) as worst_first
    from marks
    where marks.grade_type = 'grading_period'
),

-- of the marks known so far: a worse one that came later says nothing about the time before
ordered as (
    select
        ranked.student_key,
        ranked.grading_period_key,
        ranked.school_key,
        ranked.school_year,
        ranked.course_identity_key,
        ranked.course_key,
        ranked.section_key,
        ranked.letter_grade,
        ranked.numeric_grade,
        ranked.is_letter_from_number,
        ranked.mark_kind,
        ranked.letter_family,
        ranked.grade_points,
        ranked.weighted_grade_points,
        ranked.credits,
        ranked.known_on,
        ranked.worst_first,
        min(ranked.worst_first) over (
            partition by
                ranked.student_key, ranked.grading_period_key, ranked.course_identity_key
            order by
                case when ranked.known_on is null then 0 else 1 end,
                ranked.known_on,
                ranked.worst_first
            rows between unbounded preceding and 1 preceding
        ) as worst_before
    from ranked
),

deciding as (
    select
        {{ surrogate_key([
            'ordered.student_key', 'ordered.grading_period_key', 'ordered.course_identity_key',
        ]) }} as course_mark_key,
        ordered.student_key,
        ordered.grading_period_key,
        ordered.school_key,
        ordered.school_year,
        ordered.course_identity_key,
        ordered.course_key,
        ordered.section_key,
        ordered.letter_grade,
        ordered.numeric_grade,
        ordered.is_letter_from_number,
        ordered.mark_kind,
        ordered.letter_family,
        ordered.grade_points,
        ordered.weighted_grade_points,
        ordered.credits,
        ordered.known_on,
        lead(ordered.known_on) over (
            partition by
                ordered.student_key, ordered.grading_period_key, ordered.course_identity_key
            order by ordered.worst_first desc
        ) as replaced_on,
        row_number() over (
            partition by
                ordered.student_key, ordered.grading_period_key, ordered.course_identity_key
            order by ordered.worst_first desc
        ) as version_number
    from ordered
    where ordered.worst_before is null
        or ordered.worst_first < ordered.worst_before
)

select * from deciding
