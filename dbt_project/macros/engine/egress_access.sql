{#
    egress_access(): the statement, run after every dbt run, that lets the role <database>_egress read
    schema reporting of this database and write its outbox and disclosure log, and nothing else. Alerts
    and tickets are sent under this role, so that no mistake of theirs can read more. Where this user
    may not create roles, `python -m include.reporting_access` says what an administrator does.

        on-run-end: ["{{ egress_access() }}"]
#}
{% macro egress_access() -%}
    {{ return(adapter.dispatch('egress_access', 'firstbell')()) }}
{%- endmacro %}

{% macro postgres__egress_access() -%}
do $firstbell$
declare
    sender text := current_database() || '_egress';
begin
    -- one run at a time may touch the catalogue rows of these schemas
    perform pg_advisory_xact_lock(hashtext('firstbell_reporting'));
    if not exists (select from pg_roles where rolname = sender) then
        begin
            execute format('create role %I nologin', sender);
            -- who creates a role may administer it, but not yet act as it
            execute format('grant %I to %I', sender, current_user);
        exception
            when insufficient_privilege then
                raise warning 'role % does not exist and this user may not create it: alerts are sent '
                    'with the rights of the warehouse''s login', sender;
                return;
        end;
    end if;
    if exists (select from pg_namespace where nspname = 'reporting') then
        execute format('grant usage on schema reporting to %I', sender);
        execute format('grant select on all tables in schema reporting to %I', sender);
        -- tables of the next run are readable from the moment they stand
        execute format(
            'alter default privileges in schema reporting grant select on tables to %I', sender
        );
    end if;
    if to_regclass('ops.outbox') is not null and to_regclass('ops.disclosures') is not null then
        execute format('grant usage on schema ops to %I', sender);
        execute format('grant select, insert, update on ops.outbox to %I', sender);
        -- where the log was handed over to a role of its own, that was granted then
        if pg_has_role(
            current_user,
            (select relowner from pg_class where oid = to_regclass('ops.disclosures')),
            'usage'
        ) then
            execute format('grant select on ops.disclosures to %I', sender);
            execute format('revoke insert on ops.disclosures from %I', sender);
            -- the rest is the server's word: place in the chain, hashes, who wrote it and when
            execute format(
                'grant insert (outbox_id, event, at, actor, run_id, recipient, vendor, channel, purpose, '
                'legal_basis, data_elements, student_count, student_unique_ids, payload_sha256) '
                'on ops.disclosures to %I', sender
            );
        end if;
    end if;
    -- the role of before could be taken in every district of the server
    if exists (select from pg_roles where rolname = 'firstbell_egress') then
        if exists (select from pg_namespace where nspname = 'reporting') then
            revoke all on schema reporting from firstbell_egress;
            revoke all on all tables in schema reporting from firstbell_egress;
            alter default privileges in schema reporting revoke all on tables from firstbell_egress;
        end if;
        if exists (select from pg_namespace where nspname = 'ops') then
            revoke all on schema ops from firstbell_egress;
            revoke all on all tables in schema ops from firstbell_egress;
        end if;
    end if;
end
$firstbell$
{%- endmacro %}
