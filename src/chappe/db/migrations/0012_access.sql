-- Workspaces, roles, invitations, settings, API keys: their pages.
select 1;
