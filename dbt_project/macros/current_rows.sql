{#
    current_rows(relation, cell_names, also): the current state of a versioned raw table, as a select that a staging
    model puts into its import CTE. A raw table keeps every version of a record; the current one is
    not superseded, and a record whose current version is a deletion is gone.

        students as (
            {{ current_rows(source('edfi', 'students')) }}
        ),

    With the run's `load_ceiling` raw is read as it stood then (was_landed): rows that landed later do
    not show, and what they replaced still does. So all layers of a night stand on one state, whatever
    lands while they run.

    Rows of files are arrays of cells. With `cell_names`, source('files', 'cell_names'), the places of
    their names stand beside them, for cell_text:

        results as (
            {{ current_rows(source('star', 'results'), source('files', 'cell_names')) }}
        ),

    Columns: record_key, instance, payload, load_id, loaded_at, source_ref, scope; with `cell_names` also
    cell_positions; and those that `also` lists.

    Several sources of a district may tell of one record: `instance` says which one does, and
    `record_key` begins with it, so that each row has its own. It is empty for the first of them.
#}
{% macro current_rows(relation, cell_names=none, also=[]) -%}
    {%- if not relation or relation is string -%}
        {{ exceptions.raise_compiler_error(
            "current_rows: `relation` must be source('<source>', '<entity>'), got " ~ relation
        ) }}
    {%- endif -%}
    {{ _versions(relation, cell_names, also) }}
    where superseded_by is null
        and is_deleted is not true
    {%- if run_value('load_ceiling') is not none %}
        and {{ was_landed('load_id') }}
    union all
    -- two branches, so that each has its partial index
    {{ _versions(relation, cell_names, also) }}
    where superseded_by is not null
        and not ({{ was_landed('superseded_by') }})
        and is_deleted is not true
        and {{ was_landed('load_id') }}
    {%- endif %}
{%- endmacro %}

{% macro _versions(relation, cell_names, also) -%}
    select
        {%- for column in also %}
        versions.{{ column }},
        {%- endfor %}
        case when instance != '' then instance || ': ' || record_key else record_key end
            as record_key,
        instance,
        payload,
        load_id,
        loaded_at,
        source_ref,
        scope
        {%- if cell_names %},
        cell_names.positions as cell_positions
        {%- endif %}
    from {{ relation }} as versions
    {%- if cell_names %}
    -- unpacked once for all rows, not once for each cell of each row
    left join (
        select
            cell_names_id,
            {{ json_unpacked('positions') }} as positions
        from {{ cell_names }}
        {{ evaluate_once() }}
    ) as cell_names
        on cell_names.cell_names_id = versions.cell_names_id
    {%- endif %}
{%- endmacro %}
