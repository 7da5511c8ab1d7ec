using System.CommandLine;
using System.CommandLine.Parsing;
using Signalbox.Configuration;
using Signalbox.Configuration.Fields;
using Signalbox.Server.Commands.Benchmarks;
using Signalbox.Server.Commands.Models;
using Signalbox.Server.Commands.Routes;

namespace Signalbox.Server.Commands;

/// <summary>The words of the command line: one verb, one file. No verb means <c>serve</c>.</summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongWords = 2;

    private const int ShownProblems = 20;

    private static readonly TimeSpan TerminationPatience = TimeSpan.FromSeconds(10);

    /// <summary>Says what is wrong with the words, and the exit code for that.</summary>
    public static int Refuse(string problem)
    {
        Console.Error.WriteLine($"error: {problem}");
        return WrongWords;
    }

    /// <summary>Says everything that is wrong with the words, or with the files they name.</summary>
    public static int Refuse(IReadOnlyList<string> problems)
    {
        Report(problems);
        return WrongWords;
    }

    /// <summary>Says what is wrong, the first of it where it is much; true when nothing is.</summary>
    public static bool Report(IReadOnlyList<string> problems)
    {
        foreach (var problem in problems.Take(ShownProblems))
        {
            Console.Error.WriteLine($"error: {problem}");
        }

        if (problems.Count > ShownProblems)
        {
            Console.Error.WriteLine($"error: and {problems.Count - ShownProblems} more; mend these first.");
        }

        return problems.Count == 0;
    }

    public static RootCommand CreateRoot()
    {
        var root = new RootCommand("Signalbox: one address for every LLM. Without a verb: serve.") { HelpName = "signalbox" };
        root.Subcommands.Add(ServeCommand.Create());
        root.Subcommands.Add(ChatCommand.Create());
        root.Subcommands.Add(ModelsCommand.Create());
        root.Subcommands.Add(ConfigCommand.Create());
        root.Subcommands.Add(SensitivityCommand.Create());
        root.Subcommands.Add(RouteCommand.Create());
        root.Subcommands.Add(ModelCommand.Create());
        root.Subcommands.Add(BenchCommand.Create());
        return root;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var root = CreateRoot();

        // An option without a verb belongs to serve: `signalbox --urls ...`.
        var words = args.Length == 0 || (args[0].StartsWith('-') && args[0] is not ("-h" or "--help" or "-?" or "--version"))
            ? ["serve", .. args]
            : args;
        var parsed = root.Parse(words);
        if (UnknownOption(parsed) is { } misspelt)
        {
            return Refuse(misspelt);
        }

        if (parsed.Errors.Count > 0)
        {
            // "Required command was not provided" follows from the word that was not known; the word is what to mend.
            var errors = parsed.UnmatchedTokens.Count > 0 ? parsed.Errors.Where(static error => error.Message.Contains('\'')) : parsed.Errors;
            foreach (var error in errors.DefaultIfEmpty(parsed.Errors[0]))
            {
                await Console.Error.WriteLineAsync("error: " + Plain(error, parsed));
            }

            await Console.Error.WriteLineAsync("Run 'signalbox --help' to see the verbs and their options.");
            return WrongWords;
        }

        // The server has its own way to end; a verb that writes files or measures is told, so that it leaves nothing half done.
        var patience = words[0] is "model" or "bench" ? TerminationPatience : (TimeSpan?)null;
        return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = patience });
    }

    /// <summary>A misspelt option would be taken as a file, or asked of a model and paid for.</summary>
    private static string? UnknownOption(ParseResult parsed)
    {
        // Behind a -- of its own a word is what it says.
        var before = parsed.Tokens.TakeWhile(static token => token.Type != TokenType.DoubleDash).ToHashSet();
        var unknown = parsed.CommandResult.Children.OfType<ArgumentResult>().SelectMany(static result => result.Tokens).FirstOrDefault(token => before.Contains(token) && IsOption(token.Value))?.Value;
        if (unknown is null)
        {
            return null;
        }

        var meant = NearestName.Find(unknown, parsed.CommandResult.Command.Options.Select(static option => option.Name)) is { } nearest ? $" Did you mean {Words.Quote(nearest)}?" : "";
        return $"Unknown option {Words.Quote(unknown)}.{meant} A word that begins with - goes behind a -- of its own.";

        static bool IsOption(string word) => word is ['-', '-', ..] or ['-', >= 'a' and <= 'z', ..] && !word.Any(char.IsWhiteSpace);
    }

    /// <summary>The parser speaks of types; whoever typed the words thinks in numbers, and may have mistyped a verb or an option.</summary>
    private static string Plain(ParseError error, ParseResult parsed)
    {
        if (error.SymbolResult is OptionResult { Option: var option, Tokens: [var given, ..] } && KindOf(option.ValueType) is { } kind
            && (error.Message.Contains("System.", StringComparison.Ordinal) || error.Message.Contains("Signalbox.", StringComparison.Ordinal)))
        {
            return $"{option.Name} must be {kind}, not {Words.Quote(given.Value)}.";
        }

        if (parsed.UnmatchedTokens is [var unknown, ..] && error.Message.Contains($"'{unknown}'", StringComparison.Ordinal))
        {
            var command = parsed.CommandResult.Command;
            var known = unknown.StartsWith('-') ? command.Options.Select(static o => o.Name) : command.Subcommands.Select(static c => c.Name);
            if (NearestName.Find(unknown, known) is { } nearest)
            {
                return $"{error.Message.TrimEnd('.')}; did you mean {Words.Quote(nearest)}?";
            }
        }

        return error.Message;
    }

    private static string? KindOf(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        return plain == typeof(int) || plain == typeof(long) ? "a whole number" : plain == typeof(double) || plain == typeof(float) || plain == typeof(decimal) ? "a number"
            : plain.IsEnum ? "one of " + string.Join(", ", Enum.GetNames(plain))
            : null;
    }
}
