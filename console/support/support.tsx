import { render } from 'preact';
import '../shared/style/all.css';
import './support.css';
import { Empty } from '../shared/parts/notice.tsx';
import { Shell } from '../shared/parts/shell.tsx';

/** The face of support. */
function SupportApp() {
  return (
    <Shell name="Holdfast support" items={[]} current="">
      <Empty title="Nothing to see here yet" />
    </Shell>
  );
}

const place = document.getElementById('app');
if (place !== null) render(<SupportApp />, place);
