-- One row per MAP Growth test and goal (instructional area), in the shape that every source of
-- objective-level results shares. A goal has no code of its own: its name is the code.
{%- set goal_columns = [] %}
{%- for number in range(1, 9) %}
{%- do goal_columns.append([
    number,
    'tests.goal_' ~ number ~ '_name',
    'tests.goal_' ~ number ~ '_rit_score_text',
    'tests.goal_' ~ number ~ '_rit_score',
    'tests.goal_' ~ number ~ '_adjective',
]) %}
{%- endfor %}
with

tests as (
    select * from {{ ref('stg_map_growth__tests') }}
),

goals as (
    select
        tests.result_id,
        tests.source_instance,
        tests.feed,
        goal.goal_number,
        goal.goal_name,
        goal.rit_score_text,
        goal.rit_score,
        -- an asterisk says that the vendor could not compute it
        nullif(goal.adjective, '*') as adjective,
        tests._loaded_at
    from tests
    cross join
        lateral {{ unpivot(goal_columns) }}
            as goal (goal_number, goal_name, rit_score_text, rit_score, adjective)
    where goal.goal_name is not null
),

numbered as (
    select
        goals.result_id,
        goals.source_instance,
        goals.feed,
        goals.goal_name,
        goals.rit_score_text,
        goals.rit_score,
        goals.adjective,
        goals._loaded_at,
        row_number() over (
            partition by goals.result_id, goals.goal_name order by goals.goal_number
        ) as repeat_number
    from goals
),

canonical as (
    select
        'map_growth' as source,
        numbered.feed,
        numbered.result_id,
        numbered.source_instance,
        numbered.result_id as detail_id,
        'goal' as scope,
        numbered.goal_name as scope_code,
        numbered.goal_name as scope_name,
        'rit_score' as method_code,
        numbered.rit_score_text as value_text,
        numbered.rit_score as value_num,
        numbered.adjective as level_code,
        numbered._loaded_at
    from numbered
    where numbered.repeat_number = 1
)

select * from canonical
