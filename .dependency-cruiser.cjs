/** The arrows of the layout: services import libs, libs import contracts, no service imports another. */
const services = [
  'edge-agent',
  'gateway',
  'cloud-processor',
  'dashboard/server',
  'dashboard/web',
  'provisioning',
];
const betweenServices = services.map((service) => ({
  name: `${service.replace('/', '-')}-imports-no-other-service`,
  severity: 'error',
  from: { path: `^${service}/` },
  to: { path: `^(${services.filter((other) => other !== service).join('|')}|all-in-one|tests)/` },
}));

module.exports = {
  forbidden: [
    { name: 'no-circles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^virtual:' },
    },
    {
      name: 'contracts-import-nothing-of-ours',
      severity: 'error',
      from: { path: '^libs/contracts/src/' },
      to: {
        path: '^(libs/(?!contracts/)[^/]+|edge-agent|gateway|cloud-processor|dashboard|provisioning|all-in-one|deploy)/',
      },
    },
    {
      name: 'service-lib-imports-no-lib',
      severity: 'error',
      from: { path: '^libs/service/src/' },
      to: { path: '^libs/(?!service)' },
    },
    {
      name: 'libs-import-no-service',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(edge-agent|gateway|cloud-processor|dashboard|provisioning|all-in-one)/' },
    },
    {
      // Its tests may: `deploy` starts the real servers that the adapters are tested against.
      name: 'no-source-imports-deploy',
      severity: 'error',
      from: { path: '/src/', pathNot: '^(deploy|all-in-one)/' },
      to: { path: '^deploy/' },
    },
    {
      name: 'deploy-imports-service-and-command-line-only',
      severity: 'error',
      from: { path: '^deploy/src/' },
      to: {
        path: '^(libs/(?!service/|command-line/)[^/]+|edge-agent|gateway|cloud-processor|dashboard|provisioning|all-in-one)/',
      },
    },
    {
      name: 'log-and-store-stay-apart',
      severity: 'error',
      from: { path: '^libs/(event-log|observation-store)/src/' },
      to: { path: '^libs/(event-log|observation-store)/', pathNot: '^libs/$1/' },
    },
    {
      name: 'source-imports-no-tests',
      severity: 'error',
      from: { path: '/src/' },
      to: { path: '/test/' },
    },
    {
      name: 'nobody-imports-all-in-one',
      severity: 'error',
      from: { pathNot: '^(all-in-one|tests|scripts)/' },
      to: { path: '^all-in-one/' },
    },
    ...betweenServices,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|data|\\.cache)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
    },
  },
};
