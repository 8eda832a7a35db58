'use strict';
require('elastic-apm-node').start();
