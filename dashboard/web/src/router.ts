import { createRouter, createWebHistory, type Router } from 'vue-router';

/** The three pages, each loaded when it is first opened. */
export function createAppRouter(): Router {
  return createRouter({
    history: createWebHistory(),
    // Its successor is still experimental.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? {} : { top: 0 }),
    routes: [
      { path: '/', name: 'fleet', component: () => import('./views/FleetView.vue') },
      {
        path: '/sites/:siteId',
        name: 'site',
        component: () => import('./views/SiteView.vue'),
        props: true,
      },
      {
        path: '/devices/:deviceId',
        name: 'device',
        component: () => import('./views/CameraView.vue'),
        props: true,
      },
      {
        path: '/:path(.*)*',
        name: 'not-found',
        component: () => import('./views/NotFoundView.vue'),
      },
    ],
  });
}
