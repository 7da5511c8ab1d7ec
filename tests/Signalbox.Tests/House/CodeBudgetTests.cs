using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Signalbox.Tests.Support;

namespace Signalbox.Tests.House;

/// <summary>The code budgets of ARCHITECTURE.md. Whoever breaks one is told where, and what to do instead.</summary>
public class CodeBudgetTests
{
    private const int MaxFileLines = 400;
    private const int MaxMethodLines = 80;
    private const int MaxParameters = 7;
    private const int MaxFilesInFolder = 25;
    private const int MaxFolderDepth = 2;

    /// <summary>Kernels are one loop each, and their parameters are pointers and sizes: splitting either hides the maths. No others are exempt.</summary>
    private const int MaxKernelLines = 150;

    // The products of training are kernels of the same kind, in a room of their own.
    private static readonly string[] Kernels =
        ["src/Signalbox.Inference/Kernels/", "src/Signalbox.Inference/Training/Products/", "src/Signalbox.Inference/Transformer/LanguageModel."];

    [Fact]
    public void No_file_is_longer_than_its_budget() =>
        AssertNone(Sources().Where(file => File.ReadLines(file).Count() > MaxFileLines).Select(Repository.Relative), "split these files by subject");

    [Fact]
    public void No_method_is_longer_than_its_budget() =>
        AssertNone(Methods().Where(static m => m.Lines > (IsKernel(m.Name) ? MaxKernelLines : MaxMethodLines)).Select(static m => $"{m.Name} ({m.Lines} lines)"), "give the parts of these methods names");

    [Fact]
    public void No_method_takes_more_parameters_than_its_budget() =>
        AssertNone(Methods().Where(static m => m.Parameters > MaxParameters && !IsKernel(m.Name)).Select(static m => $"{m.Name} ({m.Parameters})"), "give these parameters a type of their own");

    [Fact]
    public void No_folder_holds_more_files_than_its_budget() =>
        AssertNone(
            Sources().GroupBy(static file => Path.GetDirectoryName(file)!).Where(static folder => folder.Count() > MaxFilesInFolder)
                .Select(static folder => $"{Repository.Relative(folder.Key)} ({folder.Count()} files)"),
            "divide these folders");

    [Fact]
    public void No_folder_lies_deeper_under_its_project_than_its_budget() =>
        AssertNone(Sources().Where(static file => Depth(file) > MaxFolderDepth).Select(Repository.Relative), "move these files up");

    private static void AssertNone(IEnumerable<string> offenders, string advice)
    {
        var left = offenders.Order(StringComparer.Ordinal).ToArray();
        Assert.True(left.Length == 0, $"{advice}:\n{string.Join('\n', left)}");
    }

    private static bool IsKernel(string method) => Kernels.Any(place => method.StartsWith(place, StringComparison.Ordinal));

    private static IEnumerable<string> Sources() => Repository.Files("*.cs", "src", "tests", "bench", "samples");

    private static int Depth(string file)
    {
        var folder = Path.GetDirectoryName(file)!;
        var depth = 0;
        while (Directory.GetFiles(folder, "*.csproj").Length == 0)
        {
            folder = Path.GetDirectoryName(folder)!;
            depth++;
        }

        return depth;
    }

    private static IEnumerable<(string Name, int Lines, int Parameters)> Methods()
    {
        foreach (var file in Sources())
        {
            var tree = CSharpSyntaxTree.ParseText(File.ReadAllText(file));
            foreach (var method in tree.GetRoot().DescendantNodes().OfType<BaseMethodDeclarationSyntax>())
            {
                var span = tree.GetLineSpan(method.Span);
                var name = method switch
                {
                    MethodDeclarationSyntax m => m.Identifier.Text,
                    ConstructorDeclarationSyntax c => c.Identifier.Text,
                    _ => "operator",
                };
                yield return ($"{Repository.Relative(file)}:{span.StartLinePosition.Line + 1} {name}",
                    span.EndLinePosition.Line - span.StartLinePosition.Line + 1, method.ParameterList.Parameters.Count);
            }
        }
    }
}
