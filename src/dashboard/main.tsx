import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import './styles/mantine.js';
import './styles/global.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { RouterProvider } from 'react-router/dom';
import { createQueryClient } from './api/query-client.js';
import { RefreshProvider } from './api/refresh.js';
import { createRouter } from './routes.js';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

createRoot(root).render(
  <StrictMode>
    {/* Both switches off: they would add <style> elements, which the content security policy forbids. */}
    <MantineProvider defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={createQueryClient()}>
        <RefreshProvider>
          <RouterProvider router={createRouter()} />
        </RefreshProvider>
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
