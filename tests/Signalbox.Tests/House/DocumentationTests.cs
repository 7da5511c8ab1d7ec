using System.Reflection;
using System.Text.RegularExpressions;
using Signalbox.Server.Commands;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.House;

/// <summary>Documents name what exists: paths, types, links, verbs, flags and configuration keys.</summary>
public partial class DocumentationTests
{
    private static readonly HashSet<string> Types = TypeNames();

    public static TheoryData<string> Pages => [.. Repository.Files("*.md", "docs").Select(Repository.Relative), "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_path_that_a_page_names_exists(string page)
    {
        var text = Repository.Read(page);
        var folder = Path.GetDirectoryName(Path.Combine(Repository.Root, page))!;
        var missing = Links().Matches(text).Select(static m => m.Groups[1].Value)
            .Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith('#'))
            .Select(static link => link.Split('#')[0])
            .Where(link => !Exists(Path.Combine(folder, link)) && !Exists(Path.Combine(Repository.Root, link)))
            .Concat(Quoted(text).Where(static name => OurPath().IsMatch(name)).Where(static path => !Exists(Path.Combine(Repository.Root, path))))
            .ToArray();
        Assert.True(missing.Length == 0, $"{page} names paths that do not exist: {string.Join(", ", missing)}");
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_type_that_a_page_names_exists(string page)
    {
        var missing = Quoted(Repository.Read(page))
            .Where(static name => TypeName().IsMatch(name) && !Exists(Path.Combine(Repository.Root, name)))
            .Select(static name => name.Split('.', '<', '(')[0])
            .Where(static name => !Types.Contains(name))
            .Distinct().ToArray();
        Assert.True(missing.Length == 0, $"{page} names types that do not exist: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Every_verb_and_flag_of_the_command_line_page_exists()
    {
        var root = CommandLine.CreateRoot();
        var verbs = root.Subcommands.SelectMany(static verb => verb.Subcommands.Select(static sub => sub.Name).Append(verb.Name)).ToHashSet();
        var flags = root.Subcommands.SelectMany(static verb => verb.Subcommands.SelectMany(static sub => sub.Options).Concat(verb.Options))
            .Concat(root.Options).SelectMany(static option => option.Aliases.Append(option.Name)).ToHashSet();
        var text = Repository.Read("docs/cli.md");
        Assert.All(Flag().Matches(text).Select(static m => m.Value), flag => Assert.Contains(flag, flags));
        Assert.All(VerbRow().Matches(text).Select(static m => m.Groups[1].Value), verb => Assert.Contains(verb, verbs));
    }

    [Fact]
    public void Every_verb_of_the_command_line_has_its_row_in_the_command_line_page()
    {
        var documented = VerbRow().Matches(Repository.Read("docs/cli.md")).Select(static m => m.Groups[1].Value).ToHashSet();
        Assert.All(CommandLine.CreateRoot().Subcommands, verb => Assert.Contains(verb.Name, documented));
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    /// <summary>What stands in backticks outside of code blocks.</summary>
    private static IEnumerable<string> Quoted(string text) =>
        Backticks().Matches(CodeBlock().Replace(text, "")).Select(static m => m.Groups[1].Value);

    private static HashSet<string> TypeNames()
    {
        var assemblies = new[]
        {
            typeof(SignalboxException).Assembly, typeof(CommandLine).Assembly, typeof(Signalbox.Inference.EngineFault).Assembly, typeof(DocumentationTests).Assembly,
            typeof(Microsoft.Extensions.AI.ChatMessage).Assembly,
        };
        var names = assemblies.SelectMany(static a => a.GetTypes()).Select(static type => type.Name.Split('`')[0]).ToHashSet();

        // Members may be named alone where their type stands beside them.
        foreach (var type in assemblies.SelectMany(static a => a.GetTypes()))
        {
            names.UnionWith(type.GetMembers(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Select(static member => member.Name));
        }

        return names;
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Links();

    [GeneratedRegex("`([^`\n]+)`")]
    private static partial Regex Backticks();

    [GeneratedRegex("```.*?```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"^(src|tests|bench|docs|samples|deploy)/[\w./-]+$")]
    private static partial Regex OurPath();

    [GeneratedRegex(@"^[A-Z][a-z]+[A-Za-z]*[A-Z][A-Za-z]*([.<(].*)?$")]
    private static partial Regex TypeName();

    [GeneratedRegex(@"--[a-z][a-z-]+")]
    private static partial Regex Flag();

    [GeneratedRegex(@"^\| `([a-z]+)", RegexOptions.Multiline)]
    private static partial Regex VerbRow();
}
