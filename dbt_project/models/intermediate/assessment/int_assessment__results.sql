-- One row per result of any source in the district's own words: subject, percentile with its
-- norm set, growth percentile, level, and whether the result may be used. Where several rows tell
-- one sitting, one stands, with every value that only another states; the others are kept and
-- marked. Not cut by the as-of date.
{%- set own_columns = [
    'source', 'feed', 'result_id', 'student_key', 'matched_id_column', 'unmatched_reason',
    'subject', 'test_language', 'family', 'subject_code', 'assessment_key', 'assessment_identifier', 'assessment_title', 'school_year',
    'administered_on', 'score_method_codes',
] %}
{#- what is taken together from the first row of the sitting that states its first column #}
{%- set stated_together = [
    ['percentile', 'norm_set'],
    ['growth_percentile', 'growth_from_window', 'growth_to_window'],
    ['scale_score'],
    ['raw_score'],
    ['performance_level_code', 'performance_level', 'performance_level_rank'],
    ['window_name'],
    ['test_grade_level'],
    ['test_time'],
    ['source_invalid_reason'],
] %}
{%- set before_all = "cast('0001-01-01' as date)" %}
with

stated as (
    select * from {{ ref('int_assessment__stated_results') }}
),

sittings as (
    select * from {{ ref('int_assessment__sittings') }}
),

told_more_than_once as (
    select sittings.standing_result_key
    from sittings
    group by sittings.standing_result_key
    having count(*) > 1
),

told as (
    select
        sittings.standing_result_key,
        sittings.rank_number,
        {%- for columns in stated_together %}
            {%- for column in columns %}
                stated.{{ column }},
            {%- endfor %}
            min(case when stated.{{ columns[0] }} is not null then sittings.rank_number end) over (
                partition by sittings.standing_result_key
            ) as {{ columns[0] }}_from,
        {%- endfor %}
        stated.is_superseded,
        stated.numeric_score_count,
        coalesce(stated.known_on, {{ before_all }}) as known_on
    from sittings
    inner join told_more_than_once
        on told_more_than_once.standing_result_key = sittings.standing_result_key
    inner join stated
        on stated.assessment_result_key = sittings.assessment_result_key
),

-- a value is known since the first row that states it came in; null is the opening load
merged as (
    select
        told.standing_result_key,
        {%- for columns in stated_together %}
            {%- for column in columns %}
                max(
                    case
                        when told.rank_number = told.{{ columns[0] }}_from then told.{{ column }}
                    end
                ) as {{ column }},
            {%- endfor %}
        {%- endfor %}
        max(case when told.is_superseded then 1 else 0 end) = 1 as is_superseded,
        sum(told.numeric_score_count) as numeric_score_count,
        nullif(
            greatest(
                min(told.known_on),
                coalesce(
                    min(case when told.percentile is not null then told.known_on end),
                    {{ before_all }}
                ),
                coalesce(
                    max(
                        case
                            when told.rank_number = told.growth_percentile_from then told.known_on
                        end
                    ),
                    {{ before_all }}
                )
            ),
            {{ before_all }}
        ) as known_on
    from told
    group by told.standing_result_key
),

described as (
    select
        stated.assessment_result_key,
        {%- for column in own_columns %}
            stated.{{ column }},
        {%- endfor %}
        {%- for columns in stated_together %}
            {%- for column in columns %}
                coalesce(merged.{{ column }}, stated.{{ column }}) as {{ column }},
            {%- endfor %}
        {%- endfor %}
        stated._source_ref,
        stated._loaded_at,
        coalesce(sittings.standing_result_key, stated.assessment_result_key)
            as standing_result_key,
        coalesce(merged.is_superseded, stated.is_superseded) as is_superseded,
        coalesce(merged.numeric_score_count, stated.numeric_score_count) as numeric_score_count,
        case
            when merged.standing_result_key is not null then merged.known_on
            else stated.known_on
        end as known_on
    from stated
    left join sittings
        on sittings.assessment_result_key = stated.assessment_result_key
    left join merged
        on merged.standing_result_key = stated.assessment_result_key
),

explained as (
    select
        described.assessment_result_key,
        described.standing_result_key,
        {%- for column in own_columns %}
            described.{{ column }},
        {%- endfor %}
        {%- for columns in stated_together[:-1] %}
            {%- for column in columns %}
                described.{{ column }},
            {%- endfor %}
        {%- endfor %}
        case
            when described.standing_result_key != described.assessment_result_key
                then 'same_sitting'
            when described.source_invalid_reason is not null then described.source_invalid_reason
            when described.administered_on is null then 'no_date'
            -- a level alone ranks nobody, and would break a run of two growth percentiles
            when described.numeric_score_count = 0 then 'no_score'
            when described.is_superseded then 'superseded'
        end as invalid_reason,
        described.known_on,
        described._source_ref,
        described._loaded_at
    from described
),

judged as (
    select
        explained.assessment_result_key,
        explained.standing_result_key,
        {%- for column in own_columns %}
            explained.{{ column }},
        {%- endfor %}
        {%- for columns in stated_together[:-1] %}
            {%- for column in columns %}
                explained.{{ column }},
            {%- endfor %}
        {%- endfor %}
        explained.invalid_reason,
        explained.known_on,
        explained._source_ref,
        explained._loaded_at,
        explained.invalid_reason is null as is_valid
    from explained
)

select * from judged
