-- One row per result of a file that a layout describes, part of the test and score, in the shape
-- that every source of objective-level results shares. A part with a level only has that as its
-- value.
with

cells as (
    {{ layout_cells(['part_score', 'part_level']) }}
),

loaded as (
    {{ current_rows(source('layouts', 'rows'), also=['source', 'entity']) }}
),

levels as (
    select
        cells.source,
        cells.feed,
        cells.record_key,
        cells.test_code,
        cells.scope,
        cells.part_code,
        cells.part_name,
        cells.value_text
    from cells
    where cells.role = 'part_level'
),

scores as (
    select
        cells.source,
        cells.feed,
        cells.record_key,
        cells.test_code,
        cells.scope,
        cells.part_code,
        cells.part_name,
        cells.method,
        cells.value_text,
        {{ layout_number('cells') }} as value_num
    from cells
    where cells.role = 'part_score'
),

parts as (
    select
        coalesce(scores.source, levels.source) as source,
        coalesce(scores.feed, levels.feed) as feed,
        coalesce(scores.record_key, levels.record_key) as record_key,
        coalesce(scores.test_code, levels.test_code) as test_code,
        coalesce(scores.scope, levels.scope) as scope,
        coalesce(scores.part_code, levels.part_code) as part_code,
        coalesce(scores.part_name, levels.part_name) as part_name,
        coalesce(scores.method, 'level') as method_code,
        coalesce(scores.value_text, levels.value_text) as value_text,
        scores.value_num,
        levels.value_text as level_code
    from scores
    full outer join levels
        on levels.source = scores.source
        and levels.feed = scores.feed
        and levels.record_key = scores.record_key
        and levels.test_code = scores.test_code
        and levels.scope = scores.scope
        and levels.part_code = scores.part_code
),

canonical as (
    select
        parts.source,
        parts.feed,
        {{ layout_result_id('parts') }} as result_id,
        coalesce(loaded.instance, '') as source_instance,
        {{ layout_result_id('parts') }} as detail_id,
        parts.scope,
        parts.part_code as scope_code,
        parts.part_name as scope_name,
        parts.method_code,
        parts.value_text,
        parts.value_num,
        parts.level_code,
        loaded.loaded_at as _loaded_at
    from parts
    inner join loaded
        on loaded.source = parts.source
        and loaded.entity = parts.feed
        and loaded.record_key = parts.record_key
)

select * from canonical
