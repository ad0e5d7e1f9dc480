{#
    egress_access(): the statement, run after every dbt run, that lets the role firstbell_egress read
    schema reporting and write the outbox and the disclosure log, and nothing else. Alerts and tickets
    are sent under this role, so that no mistake of theirs can read more. Where this user may not
    create roles, an administrator runs once:
    `create role firstbell_egress nologin; grant firstbell_egress to <the warehouse's login>`.

        on-run-end: ["{{ egress_access() }}"]
#}
{% macro egress_access() -%}
    {{ return(adapter.dispatch('egress_access', 'firstbell')()) }}
{%- endmacro %}

{% macro default__egress_access() -%}
do $firstbell$
begin
    if not exists (select from pg_roles where rolname = 'firstbell_egress') then
        begin
            create role firstbell_egress nologin;
            -- who creates a role may administer it, but not yet act as it
            execute format('grant firstbell_egress to %I', current_user);
        exception
            when insufficient_privilege then
                raise warning 'role firstbell_egress does not exist and this user may not create it: '
                    'alerts are sent with the rights of the warehouse''s login';
                return;
            -- another district's run on this server was faster
            when duplicate_object or unique_violation then null;
        end;
    end if;
    -- one run at a time may touch the catalogue rows of these schemas
    perform pg_advisory_xact_lock(hashtext('firstbell_reporting'));
    if exists (select from pg_namespace where nspname = 'reporting') then
        grant usage on schema reporting to firstbell_egress;
        grant select on all tables in schema reporting to firstbell_egress;
        -- tables of the next run are readable from the moment they stand
        alter default privileges in schema reporting grant select on tables to firstbell_egress;
    end if;
    if to_regclass('ops.outbox') is not null and to_regclass('ops.disclosures') is not null then
        grant usage on schema ops to firstbell_egress;
        grant select, insert, update on ops.outbox to firstbell_egress;
        grant select, insert on ops.disclosures to firstbell_egress;
    end if;
end
$firstbell$
{%- endmacro %}
