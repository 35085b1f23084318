import '../local/lambda-shim.ts';
