/** An SDK that applications still have. */
export { default } from 'anthropic-sdk-0';
