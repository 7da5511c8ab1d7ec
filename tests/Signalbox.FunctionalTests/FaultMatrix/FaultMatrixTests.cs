using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Tests.Configuration;

namespace Signalbox.FunctionalTests.FaultMatrix;

/// <summary>Every fault, before and after the commit point, in streams and complete answers, between every two dialects.</summary>
public sealed class FaultMatrixTests(MatrixRun run) : IClassFixture<MatrixRun>
{
    public static TheoryData<string, string> Rows()
    {
        var data = new TheoryData<string, string>();
        foreach (var fault in MatrixFaults.Main.Concat(MoreFaults.All))
        {
            foreach (var caller in Wire.All)
            {
                data.Add(fault.Name, caller.Dialect);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Every_cell_ends_in_a_good_answer_or_in_one_explicit_error(string fault, string caller)
    {
        var cells = run.Cells.Where(cell => cell.Fault.Name == fault && cell.Caller.Dialect == caller).ToList();
        Assert.NotEmpty(cells);
        var complaints = cells.Select(run.ComplaintOf).OfType<string>().ToList();
        Assert.True(complaints.Count == 0, $"{complaints.Count} of {cells.Count} cells:\n{string.Join('\n', complaints)}");
    }

    [Fact]
    public void The_page_of_the_matrix_is_what_the_run_saw() => GeneratedFiles.AssertCurrent("docs/fault-matrix.md", MatrixPage.Write(run));
}
