using System.CommandLine;
using System.Globalization;
using Signalbox.Inference.Adapters;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Transformer;

namespace Signalbox.Server.Commands.Models;

/// <summary><c>model eval</c>: what a model thinks of each token and how it goes on, as JSON lines that can be compared with another engine's.</summary>
internal static class ModelEvalCommand
{
    private const int BatchTokens = 512;

    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A GGUF model." };
        var tokens = new Option<string?>("--tokens") { Description = "Token ids, separated by commas; no begin of text is added.", HelpName = "IDS" };
        var text = new Option<string?>("--text") { Description = "Text for the model's tokenizer; begin of text is added where the model wants it.", HelpName = "TEXT" };
        var special = new Option<bool>("--special") { Description = "Control tokens in --text are parsed." };
        var next = new Option<int>("--n") { Description = "Tokens to go on with, always the best one; an end of text does not end it.", DefaultValueFactory = static _ => 16 };
        var top = new Option<int>("--top") { Description = "Tokens to name of each distribution.", DefaultValueFactory = static _ => 5 };
        var full = new Option<bool>("--full") { Description = "Add every logit, in the order of token ids." };
        var lora = new Option<string[]>("--lora") { Description = "A LoRA adapter, with its scale after a colon if it is not 1. May be repeated.", HelpName = "FILE[:SCALE]" };
        var cache = new Option<KvCacheType>("--kv") { Description = "How keys and values are kept.", DefaultValueFactory = static _ => KvCacheType.F16 };
        var threads = new Option<int>("--threads") { Description = "Threads.", DefaultValueFactory = static _ => Environment.ProcessorCount };
        var command = new Command("eval", "Prints a model's distribution after every token and its greedy continuation, as JSON lines.")
        {
            file, tokens, text, special, next, top, full, lora, cache, threads,
        };
        command.SetAction((parsed, cancel) =>
        {
            var asked = new EvalRequest(
                parsed.GetValue(file)!, parsed.GetValue(tokens), parsed.GetValue(text), parsed.GetValue(special), parsed.GetValue(next), parsed.GetValue(top),
                parsed.GetValue(full), parsed.GetValue(lora) ?? [], parsed.GetValue(cache), Math.Clamp(parsed.GetValue(threads), 1, 256));
            return Wrong(asked, parsed.GetValue(threads)) is { } problem
                ? Task.FromResult(Fail(problem, CommandLine.WrongWords))
                : Task.Run(() => Run(asked, cancel), CancellationToken.None);
        });
        return command;
    }

    private static int Run(EvalRequest asked, CancellationToken cancel)
    {
        if (!GgufFile.TryOpen(asked.File, out var file, out var fault))
        {
            return Fail(fault.Message);
        }

        using var pool = new WorkerPool(asked.Threads);
        using (file)
        {
            if (!LanguageModel.TryLoad(file, pool, BatchTokens, out var model, out fault))
            {
                return Fail(fault.Message);
            }

            using (model)
            {
                // A file without a usable tokenizer can still be asked with token ids.
                var tokenizer = Tokenizer.TryCreate(file.Metadata, out var made, out var withoutTokenizer) ? made : null;
                if (asked.Text is not null && tokenizer is null)
                {
                    return Fail(withoutTokenizer!.Message);
                }

                if (Prompt(asked, tokenizer, model.Config.VocabularySize) is not { } prompt)
                {
                    return Fail($"--tokens must be numbers from 0 to {model.Config.VocabularySize - 1} separated by commas, or --text be given.", CommandLine.WrongWords);
                }

                var adapters = new List<ActiveAdapter>();
                try
                {
                    return OpenAdapters(asked, file, adapters) is { } problem ? Fail(problem) : Evaluate(asked, model, tokenizer, prompt, adapters, cancel);
                }
                finally
                {
                    adapters.ForEach(static adapter => adapter.Adapter.Dispose());
                }
            }
        }
    }

    private static List<int>? Prompt(EvalRequest asked, Tokenizer? tokenizer, int vocabulary)
    {
        var prompt = new List<int>();
        if (asked.Text is { Length: > 0 } text && tokenizer is not null)
        {
            tokenizer.Encode(text, prompt, asked.Special, addSpecial: true);
        }

        foreach (var word in (asked.Text is null ? asked.Tokens ?? "" : "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var token) || token >= vocabulary)
            {
                return null;
            }

            prompt.Add(token);
        }

        return prompt.Count > 0 ? prompt : null;
    }

    private static string? OpenAdapters(EvalRequest asked, GgufFile file, List<ActiveAdapter> adapters)
    {
        foreach (var given in asked.Adapters)
        {
            if (ModelCommand.ReadAdapter(given) is not { } named)
            {
                return ModelCommand.WrongAdapter(given);
            }

            if (!LoraAdapter.TryOpen(named.Path, file, out var adapter, out var fault))
            {
                return fault.Message;
            }

            adapters.Add(new ActiveAdapter(adapter, named.Scale));
        }

        return null;
    }

    private static int Evaluate(EvalRequest asked, LanguageModel model, Tokenizer? tokenizer, List<int> prompt, IReadOnlyList<ActiveAdapter> adapters, CancellationToken cancel)
    {
        if (!model.Config.IsEncoder && prompt.Count + asked.Next > model.Config.ContextLength)
        {
            var room = Math.Max(0, model.Config.ContextLength - prompt.Count);
            return Fail($"--n: {prompt.Count} tokens of the prompt and {asked.Next} more do not fit the model's context of {model.Config.ContextLength}; {(room > 0 ? $"ask for {room} at most" : "give a shorter prompt")}.", CommandLine.WrongWords);
        }

        // The size that the other engine gives its context: some models turn positions otherwise in long ones.
        var capacity = (Math.Max(256, prompt.Count + Math.Max(0, asked.Next) + 8) + 255) / 256 * 256;
        using var cache = new KvCache(model.Config, capacity, model.Config.IsEncoder ? KvCacheType.F32 : asked.Cache);
        using var output = new EvalOutput(Console.OpenStandardOutput(), asked);
        output.Header();
        var batch = new Batch(BatchTokens);
        if (model.Config.IsEncoder)
        {
            return EmbedStates(model, cache, batch, prompt, output, cancel);
        }

        var next = 0;
        for (var start = 0; start < prompt.Count; start += BatchTokens)
        {
            var piece = prompt.GetRange(start, Math.Min(BatchTokens, prompt.Count - start));
            batch.Clear();
            batch.Add(cache, [.. piece], LogitsWanted.All, adapters);
            model.Forward(batch, cancel);
            for (var i = 0; i < piece.Count; i++)
            {
                next = output.Step(start + i, piece[i], model.Logits(i), greedy: false);
            }
        }

        var greedy = new List<int>();
        for (var i = 0; i < asked.Next; i++)
        {
            greedy.Add(next);
            if (i + 1 < asked.Next)
            {
                batch.Clear();
                batch.Add(cache, [next], LogitsWanted.Last, adapters);
                model.Forward(batch, cancel);
                next = output.Step(prompt.Count + i, next, model.Logits(0), greedy: true);
            }
        }

        output.Footer(prompt, greedy, tokenizer);
        return CommandLine.Done;
    }

    /// <summary>An encoder has no logits: the states of all tokens instead.</summary>
    private static int EmbedStates(LanguageModel model, KvCache cache, Batch batch, List<int> prompt, EvalOutput output, CancellationToken cancel)
    {
        if (prompt.Count > Math.Min(BatchTokens, model.Config.ContextLength))
        {
            return Fail($"The text has {prompt.Count} tokens; this encoder takes {Math.Min(BatchTokens, model.Config.ContextLength)} at most. Give a shorter one.");
        }

        batch.Add(cache, [.. prompt], LogitsWanted.None, []);
        model.Forward(batch, cancel);
        for (var i = 0; i < prompt.Count; i++)
        {
            output.State(i, prompt[i], model.State(i));
        }

        return CommandLine.Done;
    }

    private static string? Wrong(EvalRequest asked, int threads) =>
        asked.Next is < 0 or > 1_000_000 ? "--n must be from 0 to 1,000,000."
        : asked.Top is < 0 or > 1_000_000 ? "--top must be from 0 to 1,000,000."
        : threads is < 1 or > 256 ? "--threads must be from 1 to 256."
        : asked is { Text: not null, Tokens: not null } ? "--tokens and --text exclude each other; give one."
        : null;

    private static int Fail(string message, int code = CommandLine.Failed)
    {
        Console.Error.WriteLine($"error: {message}");
        return code;
    }
}

/// <summary>What <c>model eval</c> is asked for.</summary>
internal sealed record EvalRequest(
    string File, string? Tokens, string? Text, bool Special, int Next, int Top, bool Full, IReadOnlyList<string> Adapters, KvCacheType Cache, int Threads);
