import { render } from 'preact';
import '../shared/style/all.css';
import './support.css';
import { SupportApp } from './support-app.tsx';

const place = document.getElementById('app');
if (place !== null) render(<SupportApp />, place);
