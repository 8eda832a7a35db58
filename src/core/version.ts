/** Version of the package. A test keeps it equal to package.json's: reading that file would cost start-up time in the host. */
export const VERSION = '0.1.0';
