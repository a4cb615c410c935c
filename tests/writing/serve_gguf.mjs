// Serves a small model on this machine as an API like OpenAI's: node serve_gguf.mjs MODEL.gguf PORT
// Needs the npm packages node-llama-cpp and @node-llama-cpp/linux-x64, or those of another system.

import http from 'node:http';
import {getLlama, LlamaCompletion} from 'node-llama-cpp';

const LONGEST = 300; // tokens of a reply
const [, , modelPath, port] = process.argv;
const llama = await getLlama({gpu: false, build: 'never'});
const model = await llama.loadModel({modelPath});
const context = await model.createContext({contextSize: 2048, threads: 2});

http.createServer(async (request, response) => {
  let body = '';
  for await (const piece of request) body += piece;
  const {messages, response_format: form} = JSON.parse(body);
  const schema = form?.json_schema?.schema;
  const grammar = schema && await llama.createGrammarForJsonSchema(schema);
  const sequence = context.getSequence(), completion = new LlamaCompletion({contextSequence: sequence});
  const stop = new AbortController();
  const say = (content, finish_reason = null) =>
    response.write(`data: ${JSON.stringify({choices: [{delta: {content}, finish_reason}]})}\n\n`);
  response.on('close', () => stop.abort());
  response.writeHead(200, {'Content-Type': 'text/event-stream'});
  const {metadata} = await completion.generateCompletionWithMeta(
    `${messages.map(({content}) => content).join('\n\n')}\n\nReply:\n`,
    {maxTokens: LONGEST, temperature: 0, grammar, onTextChunk: text => say(text), signal: stop.signal, stopOnAbortSignal: true},
  );
  say('', metadata.stopReason === 'maxTokens' ? 'length' : 'stop');
  response.end('data: [DONE]\n\n');
  completion.dispose();
  sequence.dispose();
}).listen(Number(port), '127.0.0.1', () => console.log('ready'));
