using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.AI;
using Signalbox.Configuration;
using Signalbox.Configuration.Fields;
using Signalbox.Ledger;
using Signalbox.Pipeline;
using Signalbox.Providers.Local;
using Signalbox.Routing;
using Signalbox.Versions;

namespace Signalbox.Server.Commands;

/// <summary><c>chat</c>: one answer streamed to the terminal, or a conversation.</summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        var prompt = new Argument<string?>("PROMPT") { Description = "What to ask. Without it: a conversation, ended by an empty line or Ctrl+D.", Arity = ArgumentArity.ZeroOrOne };
        var model = new Option<string?>("--model") { Description = "Model version, model, provider/model or route. Default: the version that LLM_MODEL_VERSION names, else auto.", HelpName = "M" };
        var explain = new Option<bool>("--explain") { Description = "Say afterwards which model answered, what it used and cost, and why it was chosen." };
        var asJson = new Option<bool>("--json") { Description = "Print the answer as one JSON object instead of streaming it." };
        var command = new Command("chat", "Asks a model and streams its answer.") { prompt, model, explain, asJson };
        var common = CommonOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(prompt) is { } given && string.IsNullOrWhiteSpace(given))
            {
                await Console.Error.WriteLineAsync("error: the prompt is empty. Say what to ask, or leave PROMPT out for a conversation.");
                return CommandLine.WrongWords;
            }

            if (common.Load(parsed)?.Config is not { } config)
            {
                return CommandLine.WrongWords;
            }

            using var runtime = new GatewayRuntime(config, TimeProvider.System);
            if (Choose(runtime, parsed.GetValue(model)) is not { } version)
            {
                return CommandLine.WrongWords;
            }

            if (runtime.Snapshot.Find(version.Model)?.Targets is [{ Provider: LocalProvider local, Upstream: var upstream }, ..])
            {
                // Beside the way of the first request to it.
                local.BeginLoading(upstream);
            }

            var session = new ChatSession(runtime, version, parsed.GetValue(explain), parsed.GetValue(asJson));
            return parsed.GetValue(prompt) is { } text ? await session.AskAsync(text, cancel) : await session.ConverseAsync(cancel);
        });
        return command;
    }

    /// <summary>Whom to ask; null where it is known beforehand that there will be no answer, which has been said.</summary>
    private static ModelVersion? Choose(GatewayRuntime runtime, string? given)
    {
        var name = given ?? (runtime.Snapshot.Config.ModelVersion is null ? RouteNames.Auto : runtime.Versions.Active.Name);

        if (runtime.Named(name) is null && NearestName.Find(name, runtime.Versions.Known.Select(static known => known.Name).ToArray()) is not null)
        {
            CommandLine.Refuse(runtime.Versions.Unknown(name).Message);
            return null;
        }

        // Any other name that means nothing is refused like every request for it.
        var version = runtime.Named(name) ?? new ModelVersion(name, name);
        if (runtime.Versions.Find(name) != version || VersionLack.Of(runtime.Snapshot, version) is not { } lack)
        {
            return version;
        }

        CommandLine.Refuse($"the model version {version.Name} ({version.Model}) cannot answer: {lack}");
        return null;
    }
}

/// <summary>A conversation in the terminal; what was said before goes along.</summary>
internal sealed class ChatSession(GatewayRuntime runtime, ModelVersion version, bool explain, bool asJson)
{
    private readonly List<ChatMessage> _history = [];

    public async Task<int> ConverseAsync(CancellationToken cancel)
    {
        var code = CommandLine.Done;
        while (!cancel.IsCancellationRequested)
        {
            Console.Error.Write("> ");
            if (Console.ReadLine() is not { Length: > 0 } line)
            {
                break;
            }

            code = await AskAsync(line, cancel);
        }

        return code;
    }

    public async Task<int> AskAsync(string prompt, CancellationToken cancel)
    {
        var model = version.Name;
        using var client = new SignalboxChatClient(runtime, explain, version.Name == version.Model ? null : version.Name);
        _history.Add(new ChatMessage(ChatRole.User, prompt));
        var options = version.Named(new ChatOptions());
        try
        {
            var answer = asJson ? await CompleteAsync(client, options, cancel) : await StreamAsync(client, options, cancel);
            _history.Add(new ChatMessage(ChatRole.Assistant, answer));
        }
        catch (SignalboxException e)
        {
            _history.RemoveAt(_history.Count - 1);
            await Console.Error.WriteLineAsync(e.Message.Contains(model, StringComparison.Ordinal) ? $"error: {e.Message}" : $"error: {Words.Shorten(model)}: {e.Message}");
            ExplainDecision();

            // Where a provider was asked the words were right, whatever it said of them.
            var wasSent = runtime.Journal.ToList() is [.., { Attempts: > 0 }];
            return !wasSent && (e.Kind is Dialects.ErrorKind.NotFound or Dialects.ErrorKind.InvalidRequest) ? CommandLine.WrongWords : CommandLine.Failed;
        }
        catch (OperationCanceledException)
        {
            return CommandLine.Failed;
        }

        if (explain && runtime.Journal.ToList() is [.., var record])
        {
            await Console.Error.WriteLineAsync(Explain(record));
        }

        ExplainDecision();
        return CommandLine.Done;
    }

    private void ExplainDecision()
    {
        if (explain && runtime.Decisions.Latest(1) is [var decision])
        {
            DecisionReport.ToErrors().WriteWhole(decision);
        }
    }

    private async Task<string> StreamAsync(SignalboxChatClient client, ChatOptions options, CancellationToken cancel)
    {
        var answer = "";
        await foreach (var update in client.GetStreamingResponseAsync(_history, options, cancel))
        {
            answer += update.Text;
            Console.Write(update.Text);
        }

        Console.WriteLine();
        return answer;
    }

    private async Task<string> CompleteAsync(SignalboxChatClient client, ChatOptions options, CancellationToken cancel)
    {
        var response = await client.GetResponseAsync(_history, options, cancel);
        var record = runtime.Journal.ToList()[^1];
        using var output = Console.OpenStandardOutput();
        using (var json = new System.Text.Json.Utf8JsonWriter(output, Dialects.Json.JsonText.Compact))
        {
            json.WriteStartObject();
            json.WriteString("content", response.Text);
            json.WriteString("model", record.Model);
            json.WriteString("route", record.Route);
            json.WriteNumber("attempts", record.Attempts);
            json.WriteNumber("input_tokens", record.Usage?.InputTokenCount ?? 0);
            json.WriteNumber("output_tokens", record.Usage?.OutputTokenCount ?? 0);
            if (record.CostUsd is { } cost)
            {
                json.WriteNumber("cost_usd", cost);
            }
            else
            {
                json.WriteNull("cost_usd");
            }

            json.WriteEndObject();
        }

        output.WriteByte((byte)'\n');
        return response.Text;
    }

    private static string Explain(UsageRecord record)
    {
        var cost = record.CostUsd is { } usd ? "$" + usd.ToString("0.########", CultureInfo.InvariantCulture) : "cost unknown (no price in the catalog)";
        var counts = record.Usage is { } usage ? $"{usage.InputTokenCount} tokens in, {usage.OutputTokenCount} out{(record.IsEstimated ? " (estimated)" : "")}" : "no counts";
        var first = record.TimeToFirstOutput is { } wait ? $"{wait.TotalMilliseconds:0} ms to the first output, " : "";
        return $"{record.Model} answered for '{record.Route}' at attempt {record.Attempts}; {first}{record.Duration.TotalMilliseconds:0} ms in all; {counts}; {cost}.";
    }
}
