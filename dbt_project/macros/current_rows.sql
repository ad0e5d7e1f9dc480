{#
    current_rows(relation): the current state of a versioned raw table, as a select that a staging
    model puts into its import CTE. A raw table keeps every version of a record; the current one is
    not superseded, and a record whose current version is a deletion is gone.

        students as (
            {{ current_rows(source('edfi', 'students')) }}
        ),

    Columns: record_key, payload, load_id, loaded_at, source_ref, scope.
#}
{% macro current_rows(relation) -%}
    {%- if not relation or relation is string -%}
        {{ exceptions.raise_compiler_error(
            "current_rows: `relation` must be source('<source>', '<entity>'), got " ~ relation
        ) }}
    {%- endif -%}
    select
        record_key,
        payload,
        load_id,
        loaded_at,
        source_ref,
        scope
    from {{ relation }}
    where superseded_by is null
        and is_deleted is not true
{%- endmacro %}
