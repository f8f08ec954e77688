import { Navigate, type RouteObject } from 'react-router'
import { PAGES } from './pages'
import { ErrorPage } from './shell/ErrorPage'
import { Shell } from './shell/Shell'
import { StoreChoice } from './shell/StoreChoice'

/** The address names the store, the page, its filters (as the query) and the order that is open (`?order=`). */
export function routes(baseUrl: string): RouteObject[] {
  return [
    {
      errorElement: <ErrorPage />,
      children: [
        { path: '/', element: <StoreChoice baseUrl={baseUrl} /> },
        {
          path: '/stores/:store',
          element: <Shell baseUrl={baseUrl} />,
          children: [
            { index: true, element: <Navigate to="todo" replace /> },
            ...PAGES.map(({ path, Component }) => ({ path, element: <Component /> })),
            { path: '*', element: <ErrorPage /> },
          ],
        },
        { path: '*', element: <StoreChoice baseUrl={baseUrl} /> },
      ],
    },
  ]
}
